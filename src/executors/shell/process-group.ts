import type { Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { isLiving, processIds, readStat } from './proc.js';

/**
 * How long to wait for members after SIGKILL: a process that waits for a dead disk dies only when the disk responds.
 */
const KILL_PATIENCE: Duration = 1_000;
const LONGEST_POLL: Duration = 200;
const LONGEST_TIMER: Duration = 2 ** 31 - 1;

/** A command's processes, led by the one that was started. Signals go to all of them. */
export class ProcessGroup {
  readonly #leader: number;
  readonly #clock: Clock;
  /** The leader's start time, as read at the first signal. */
  #startTime: string | undefined;
  #disarm: Cancel | undefined;
  #state: 'running' | 'ending' | 'killed' | 'gone' = 'running';

  constructor(leader: number, clock: Clock) {
    this.#leader = leader;
    this.#clock = clock;
  }

  /**
   * Whether the leader has ended, even if Node has not reported it yet. `false` if the system does not say (not Linux).
   */
  get hasEnded(): boolean {
    return readStat(this.#leader)?.isOver ?? false;
  }

  /**
   * Sends SIGTERM, and SIGKILL `grace` later. Does nothing if the group is already being ended, or its leader ended by
   * itself.
   */
  terminate(grace: Duration): void {
    if (this.#state !== 'running') return;
    this.#state = 'ending';
    this.#signal('SIGTERM');
    // A stopped process handles SIGTERM only when it continues.
    this.#signal('SIGCONT');
    this.#disarm = this.#clock.after(Math.min(grace, LONGEST_TIMER), () => this.kill());
  }

  /** Sends SIGKILL. Does nothing if the leader ended by itself. */
  kill(): void {
    if (this.#state === 'gone') return;
    this.#state = 'killed';
    this.#disarm?.();
    this.#signal('SIGKILL');
  }

  /**
   * Call this when the leader has ended. After a signal to the group, resolves when no member is left that a signal
   * could end. Members keep the rest of their grace. If the leader ended by itself, the other members are left alone,
   * as with cron.
   */
  async settle(): Promise<void> {
    let patience = KILL_PATIENCE;
    for (
      let pause = 5;
      this.#state !== 'running' && patience > 0 && this.#isAlive(pause);
      pause = Math.min(pause * 2, LONGEST_POLL)
    ) {
      if (this.#state === 'killed') patience -= pause;
      await new Promise<void>((resolve) => this.#clock.after(pause, resolve));
    }
    this.#disarm?.();
    this.#state = 'gone';
  }

  /**
   * Returns whether the group's id belongs to a new process. The system does not reuse the id of a group that has a
   * member, so then all members are gone.
   */
  #isOfAnother(): boolean {
    const startTime = readStat(this.#leader)?.startTime;
    this.#startTime ??= startTime;
    return startTime !== this.#startTime && startTime !== undefined;
  }

  #isAlive(pause: Duration): boolean {
    if (!this.#signal(0)) return false;
    // Most groups are gone within a few milliseconds, so only the others are worth checking.
    return pause < 40 || hasLivingMember(this.#leader);
  }

  /** Returns whether there is a member that may be signaled. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.#isOfAnother()) return false;
    try {
      return process.kill(-this.#leader, signal);
    } catch {
      // ESRCH: no member is left. EPERM: the remaining members belong to another user.
      return false;
    }
  }
}

/**
 * Returns whether a group has a member that is not a zombie. A zombie accepts signals forever if its parent never reaps
 * it (such as PID 1 in a container).
 */
function hasLivingMember(group: number): boolean {
  const processes = processIds();
  if (processes === undefined) return true;
  return processes.some((pid) => {
    const stat = readStat(pid);
    return isLiving(stat) && stat.groupId === group;
  });
}
