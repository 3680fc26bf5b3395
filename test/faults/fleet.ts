import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../src/clocks/system.js';
import { bundleWithPackages } from '../support/bundle.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Desk, type LogLine, type Program } from '../support/program.js';
import { judge, timersFor, type Figures } from './law.js';
import type { Store, StoreKind } from './stores.js';

/** `npm run test:faults` runs more. */
export const rounds = (few: number, many: number): number =>
  process.env['FAULT_ROUNDS'] === undefined ? few : Math.min(many, Number(process.env['FAULT_ROUNDS']));
const SEED = Number(process.env['FAULT_SEED'] ?? 20_261_129);

/** A container of its own, in which a machine's processes end with it, and do not see those of others. */
const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const wrap = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true']).status === 0 ? CONTAINER : [];
if (wrap.length === 0) console.log('unshare is not allowed: the machines see the processes of each other');

const clock = createSystemClock();
export const pause = (length: number): Promise<void> => new Promise((resolve) => clock.after(length, resolve));

let bundled: Promise<string> | undefined;
export const programOf = (): Promise<string> => (bundled ??= bundleWithPackages(new URL('node.ts', import.meta.url)));

/** A seeded generator (Park, Miller, 1988), so that a run that fails can be had again. In [0, 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

interface FleetOptions {
  /** Variables of a machine. */
  readonly env?: (index: number) => Record<string, string>;
  readonly open?: () => Promise<Store>;
}

/** Runs `rounds` on three machines of one store, stops them in order and returns the figures. */
export async function judged(
  name: string,
  kind: StoreKind,
  rounds: (fleet: Fleet) => Promise<void>,
  options: FleetOptions = {},
): Promise<Figures> {
  const fleet = await Fleet.open(name, kind, options);
  try {
    await rounds(fleet);
    return await fleet.judge();
  } finally {
    await fleet.close();
  }
}

/** A machine that runs `timers start` on the shared state, through a network of its own. */
export class Machine {
  readonly name: string;
  label = '';
  readonly desk = new Desk();
  readonly proxy: FaultProxy;
  readonly #start: () => Program;
  program: Program;
  #startedAt = 0;

  constructor(name: string, proxy: FaultProxy, start: (desk: Desk) => Program) {
    this.name = name;
    this.proxy = proxy;
    this.#start = () => start(this.desk);
    this.program = undefined as unknown as Program;
  }

  /** Starts its program, also after it was killed. */
  start(): void {
    this.#startedAt = Date.now();
    this.program = this.#start();
    const logs = process.env['FAULT_LOGS'];
    if (logs)
      this.program.process.stdout?.pipe(createWriteStream(`${logs}-${this.label}-${this.name}.log`, { flags: 'a' }));
  }

  get lines(): readonly LogLine[] {
    return this.program.lines;
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  get isActive(): boolean {
    return this.#last('scheduler.took_over', 'scheduler.lost_state')?.event === 'scheduler.took_over';
  }

  get standsBy(): boolean {
    return this.#last('scheduler.took_over', 'scheduler.standing_by')?.event === 'scheduler.standing_by';
  }

  /** Resolves when it runs the timers or stands by. */
  async isThere(): Promise<void> {
    await this.program.line(() => this.standsBy || this.isActive);
  }

  /** To the scheduler, also inside its container. */
  signal(signal: NodeJS.Signals): void {
    const { pid = 0 } = this.program.process;
    const [inner] = readChildren(pid);
    process.kill(wrap.length > 0 ? (inner ?? pid) : pid, signal);
  }

  /** Like a loss of power. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    this.program.kill('SIGKILL');
    await this.program.ended;
  }

  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return (await this.program.ended).code;
  }

  /** Resolves when the log has `more` lines more, or the machine is not the active one. */
  async goesOn(more: number): Promise<void> {
    const enough = this.lines.length + more;
    await this.program.line(() => this.lines.length >= enough || !this.isActive);
  }

  #last(...events: readonly string[]): LogLine | undefined {
    return this.lines.findLast(({ event }) => events.includes(event));
  }
}

const readChildren = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** Three machines on one store. */
export class Fleet {
  readonly store: Store;
  readonly lease: number;
  readonly random: () => number;
  readonly machines: Machine[] = [];
  /** How long nobody was the active one, in ms, as the log says. */
  readonly gaps: number[] = [];
  readonly #folder = new Desk();
  readonly #name: string;
  #tookOver = 0;

  private constructor(name: string, kind: StoreKind, store: Store) {
    this.#name = `${name} on ${kind.name}`;
    this.store = store;
    this.lease = kind.lease;
    this.random = seeded(SEED);
    console.log(`${this.#name}: FAULT_SEED=${SEED}`);
  }

  static async open(
    name: string,
    kind: StoreKind,
    { env = () => ({}), open = () => kind.open() }: FleetOptions,
  ): Promise<Fleet> {
    const program = await programOf();
    const fleet = new Fleet(name, kind, await open());
    for (const [index, name] of ['one', 'two', 'three'].entries()) {
      const proxy = await FaultProxy.open(fleet.store.port);
      const url = fleet.store.url.replace(`:${fleet.store.port}`, `:${proxy.port}`);
      const machine = new Machine(name, proxy, (desk) =>
        desk.start([String(kind.lease)], { program, wrap, env: { STARTS: fleet.#starts, ...env(index) } }),
      );
      machine.desk.write('timers.yaml', timersFor(`state: { url: "${url}", name: ${name} }`));
      fleet.machines.push(machine);
      machine.label = fleet.#name.replaceAll(' ', '-');
      machine.start();
    }
    // A first process of a container ignores signals until it has a handler for them.
    await Promise.all(fleet.machines.map((machine) => machine.isThere()));
    return fleet;
  }

  /** The machine that runs the timers, as soon as there is one. */
  async active(): Promise<Machine> {
    return this.#first((machine) => machine.isActive);
  }

  /** The first of the others that becomes the active one. */
  async other(than: Machine): Promise<Machine> {
    return this.#first((machine) => machine !== than && machine.isActive);
  }

  /** Between two bounds. */
  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  oneOf<T>(things: readonly T[]): T {
    return things[Math.floor(this.random() * things.length)]!;
  }

  /** Stops every machine in order, prints the figures and returns them. */
  async judge(): Promise<Figures> {
    const stoppedAt = await this.#stopAll();
    const starts = existsSync(this.#starts) ? readFileSync(this.#starts, 'utf8').split('\n').filter(Boolean) : [];
    const figures = await judge(this.store.url, starts, stoppedAt);
    console.log(this.#name, JSON.stringify({ ...figures, gaps: shareOf(this.gaps) }));
    return figures;
  }

  /** Returns when the last one stopped. */
  async #stopAll(): Promise<number> {
    const last = await this.active();
    await last.goesOn(100);
    // Those that stand by go first, so that nothing is due after the last one.
    for (const machine of this.machines.filter((one) => one !== last)) {
      await machine.isThere();
      await machine.stop();
    }
    for (;;) {
      await last.program.line(() => last.isActive);
      const code = await last.stop();
      if (code !== 0) throw new Error(`the last machine ended with ${code}`);
      const stopping = last.lines.find(({ event }) => event === 'scheduler.stopping');
      // On a busy machine it may lose the state while it stops, and leave its runs to the next one.
      if (last.isActive && stopping) return Date.parse(stopping.timestamp);
      last.start();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.machines.map(({ desk }) => desk.clear()));
    await Promise.all(this.machines.map(({ proxy }) => proxy.close()));
    await this.#folder.clear();
    await this.store.close();
  }

  /** When another machine took over, after `since` (ms since 1970). */
  tookOver(machine: Machine, since: number): void {
    const line = machine.lines.findLast(({ event }) => event === 'scheduler.took_over');
    this.gaps.push(Date.parse(line!.timestamp) - since);
    this.#tookOver++;
  }

  get takeovers(): number {
    return this.#tookOver;
  }

  get #starts(): string {
    return join(this.#folder.folder, 'starts');
  }

  async #first(fits: (machine: Machine) => boolean): Promise<Machine> {
    for (;;) {
      const found = this.machines.find((machine) => fits(machine));
      if (found) return found;
      await Promise.any(this.machines.map(({ program }) => program.line(() => this.machines.some((one) => fits(one)))));
    }
  }
}

/** p50, p90, p99 and the largest. */
function shareOf(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return [0.5, 0.9, 0.99, 1].map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN);
}
