import type { Clock } from '../../domain/clock.js';
import type { AttemptIo } from '../../domain/executor.js';
import type { Duration } from '../../domain/time.js';
import { endAll, type RunProcess, type RunProcesses } from './run-processes.js';

interface Surroundings {
  readonly io: AttemptIo;
  readonly clock: Clock;
  readonly processes: RunProcesses;
}

/**
 * Processes that a command started outside its process group, such as with `setsid`, daemons or browsers. They end with
 * a run that is canceled or times out, and survive a run that ends by itself. They are searched for only when a run
 * must end.
 */
export class Strays {
  readonly #group: number;
  readonly #around: Surroundings;
  /** Whether to end each process that was found, by pid and start time. */
  readonly #found = new Map<string, boolean>();
  #graceOver: Duration = Number.POSITIVE_INFINITY;
  #ending: Promise<void> | undefined;

  /** `group` is the process group of the command. */
  constructor(group: number, around: Surroundings) {
    this.#group = group;
    this.#around = around;
  }

  /** Sends SIGTERM, and SIGKILL `grace` later; calling it again can only shorten the grace. */
  end(grace: Duration): void {
    this.#graceOver = Math.min(this.#graceOver, this.#around.clock.monotonic() + grace);
    this.#ending ??= this.#endAll();
  }

  /**
   * Call this when the group has ended. Resolves when no stray that should end is alive, including those created last.
   * Never rejects.
   */
  async settle(): Promise<void> {
    if (this.#ending === undefined) return;
    await this.#ending;
    await this.#endAll();
  }

  async #endAll(): Promise<void> {
    const { io, clock } = this.#around;
    if (io.stray === undefined) return;
    await endAll({ look: () => this.#look(), until: () => this.#graceOver, clock });
  }

  async #look(): Promise<readonly RunProcess[]> {
    const { io, processes } = this.#around;
    const found = await processes.of(io.env['TIMERS_RUN_ID'] ?? '');
    return found.filter((process) => process.groupId !== this.#group && this.#isToEnd(process));
  }

  #isToEnd({ pid, startTime }: RunProcess): boolean {
    const key = `${pid} ${startTime}`;
    const isToEnd = this.#found.get(key) ?? this.#around.io.stray?.(pid) === 'kill';
    this.#found.set(key, isToEnd);
    return isToEnd;
  }
}
