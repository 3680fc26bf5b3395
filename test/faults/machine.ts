import { spawnSync } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import type { FaultProxy } from '../support/fault-proxy.js';
import { Desk, type LogLine, type Program } from '../support/program.js';

/**
 * The command line of a separate container. Processes in it end with the machine, and do not see those of other
 * machines.
 */
const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
export const wrap = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true']).status === 0 ? CONTAINER : [];
if (wrap.length === 0) console.log('unshare is not allowed: the machines see the processes of each other');

/** A machine that runs `timers start` on the shared state, over its own network. */
export class Machine {
  readonly name: string;
  /** The line of its file that names the state. */
  state = '';
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

  /** Starts its program, even after it was killed. */
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

  /** Sends a signal to the scheduler, even inside its container. */
  signal(signal: NodeJS.Signals): void {
    const { pid = 0 } = this.program.process;
    const [inner] = readChildren(pid);
    process.kill(wrap.length > 0 ? (inner ?? pid) : pid, signal);
  }

  /** Kills everything, like a loss of power. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    this.program.kill('SIGKILL');
    await this.program.ended;
  }

  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return (await this.program.ended).code;
  }

  /** Resolves when the log has `more` additional lines, or the machine is not the active one. */
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
