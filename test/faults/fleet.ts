import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Desk } from '../support/program.js';
import { isOver, judge, leftOpen, LOCAL, type Figures, type Timers } from './law.js';
import { Machine, wrap } from './machine.js';
import type { Store, StoreKind } from './stores.js';

/** The number of rounds: few, or many in `npm run test:faults`. */
export const rounds = (few: number, many: number): number =>
  process.env['FAULT_ROUNDS'] === undefined ? few : Math.min(many, Number(process.env['FAULT_ROUNDS']));
/** A lease that a busy machine keeps, in ms. */
export const CALM = 3_000;
const SEED = Number(process.env['FAULT_SEED'] ?? 20_261_129);

const clock = createSystemClock();
export const pause = (length: number): Promise<void> => new Promise((resolve) => clock.after(length, resolve));

/** A seeded generator (Park, Miller, 1988), so that a failing run can be repeated. Returns numbers in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

interface FleetOptions {
  /** Environment variables of a machine. */
  readonly env?: (index: number) => Record<string, string>;
  readonly open?: () => Promise<Store>;
  /** Names the machines that schedule; three by default. */
  readonly names?: readonly string[];
  /** What all machines run. */
  readonly timers?: Timers;
  /** How long a worker that does not respond keeps its attempts, in ms. With it, there are two workers. */
  readonly lock?: number;
}

/** Runs `rounds` on the machines of one store, shuts them down and returns the figures. */
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

/** The machines and workers that share one store. */
export class Fleet {
  readonly store: Store;
  readonly lease: number;
  readonly random: () => number;
  readonly timers: Timers;
  readonly machines: Machine[] = [];
  readonly workers: Machine[] = [];
  /** How long no machine was active according to the log, in ms. */
  readonly gaps: number[] = [];
  readonly #folder = new Desk();
  readonly #name: string;
  #tookOver = 0;

  private constructor(name: string, kind: StoreKind, store: Store, timers: Timers) {
    this.#name = `${name} on ${kind.name}`;
    this.store = store;
    this.lease = kind.lease;
    this.timers = timers;
    this.random = seeded(SEED);
    console.log(`${this.#name}: FAULT_SEED=${SEED}`);
  }

  static async open(
    name: string,
    kind: StoreKind,
    { names = ['one', 'two', 'three'], timers = LOCAL, lock, ...options }: FleetOptions,
  ): Promise<Fleet> {
    const { env = () => ({}), open = () => kind.open() } = options;
    const fleet = new Fleet(name, kind, await open(), timers);
    const scheduling = { program: inject('programs').node, args: [String(kind.lease)] };
    for (const [index, name] of names.entries())
      fleet.machines.push(await fleet.#machine(name, { ...scheduling, env: env(index) }));
    if (lock !== undefined) {
      const working = { program: inject('programs').worker, args: [String(lock), '20'] };
      for (const name of ['w1', 'w2']) fleet.workers.push(await fleet.#machine(name, working));
    }
    // The first process of a container ignores signals until it has a handler for them.
    await Promise.all(fleet.machines.map((machine) => machine.isThere()));
    await Promise.all(fleet.workers.map(({ program }) => program.event('worker.started')));
    return fleet;
  }

  /** Starts another machine, with its own network. */
  async #machine(
    name: string,
    { program, args, env }: { program: string; args: readonly string[]; env?: Record<string, string> },
  ): Promise<Machine> {
    const { store } = this;
    const proxy = await FaultProxy.open(store.port);
    const url = store.url.replace(`:${store.port}`, `:${proxy.port}`);
    const machine = new Machine(name, proxy, (desk) =>
      desk.start(args, { program, wrap, env: { STARTS: this.starts, ...env } }),
    );
    machine.state = `state: { url: "${url}", name: ${name} }`;
    machine.desk.write('timers.yaml', this.timers.file(machine.state));
    machine.label = this.#name.replaceAll(' ', '-');
    machine.start();
    return machine;
  }

  /** The machine that runs the timers, as soon as there is one. */
  async active(): Promise<Machine> {
    return this.#first((machine) => machine.isActive);
  }

  /** The first other machine that becomes the active one. */
  async other(than: Machine): Promise<Machine> {
    return this.#first((machine) => machine !== than && machine.isActive);
  }

  /** A random number between two bounds. */
  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  oneOf<T>(things: readonly T[]): T {
    return things[Math.floor(this.random() * things.length)]!;
  }

  /** Stops every machine in order, prints the figures and returns them. */
  async judge(): Promise<Figures> {
    const stoppedAt = await this.#stopAll();
    const starts = existsSync(this.starts) ? readFileSync(this.starts, 'utf8').split('\n').filter(Boolean) : [];
    const figures = await judge(this.store.url, { starts, stoppedAt, intervals: this.timers.intervals });
    const told = this.machines.flatMap(({ lines }) => lines.map(({ gap_ms: gap }) => Number(gap ?? 0)));
    const longestGap = Math.max(0, ...told);
    console.log(this.#name, JSON.stringify({ ...figures, gaps: shareOf(this.gaps), longestGap }));
    return figures;
  }

  /** Resolves when every run that has an attempt now has ended. */
  async settled(): Promise<void> {
    const { url } = this.store;
    const left = await leftOpen(url);
    while (!(await isOver(url, left))) {
      const active = await this.active();
      await active.goesOn(20);
    }
  }

  /** Stops every machine. Returns when the last one stopped. */
  async #stopAll(): Promise<number> {
    const last = await this.active();
    await last.goesOn(30);
    // Standby machines stop first, so that nothing is due after the last one.
    for (const machine of this.machines.filter((one) => one !== last)) {
      await machine.isThere();
      await machine.stop();
    }
    for (;;) {
      await last.program.line(() => last.isActive);
      const code = await last.stop();
      if (code !== 0) throw new Error(`the last machine ended with ${code}`);
      const stopping = last.lines.find(({ event }) => event === 'scheduler.stopping');
      // On a busy machine, it may lose the state while it stops, and leave its runs to the next one.
      if (last.isActive && stopping) return Date.parse(stopping.timestamp);
      last.start();
    }
  }

  async close(): Promise<void> {
    const all = [...this.machines, ...this.workers];
    await Promise.all(all.map(({ desk }) => desk.clear()));
    await Promise.all(all.map(({ proxy }) => proxy.close()));
    await this.#folder.clear();
    await this.store.close();
  }

  /** Notes when another machine took over, after `since` (ms since 1970). */
  tookOver(machine: Machine, since: number): void {
    const line = machine.lines.findLast(({ event }) => event === 'scheduler.took_over');
    this.gaps.push(Date.parse(line!.timestamp) - since);
    this.#tookOver++;
  }

  get takeovers(): number {
    return this.#tookOver;
  }

  /** The file to which commands write. */
  get starts(): string {
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

/** The p50, p90, p99 and the largest of the values. */
export function shareOf(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return [0.5, 0.9, 0.99, 1].map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN);
}
