import type { Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { isLiving, processIds, readStat } from './proc.js';

/** How long members that were sent SIGKILL are waited for: a process in the hands of a dead disk dies when the disk does. */
const KILL_PATIENCE: Duration = 1_000;
const LONGEST_POLL: Duration = 200;
const LONGEST_TIMER: Duration = 2 ** 31 - 1;

/** A command's processes, led by the one that was started. Signals go to all of them. */
export class ProcessGroup {
  readonly #leader: number;
  readonly #clock: Clock;
  /** Of the leader, as the first signal found it. */
  #startTime: string | undefined;
  #disarm: Cancel | undefined;
  #state: 'running' | 'ending' | 'killed' | 'gone' = 'running';

  constructor(leader: number, clock: Clock) {
    this.#leader = leader;
    this.#clock = clock;
  }

  /** Whether its leader has ended, though Node has not told of it yet. Where the system does not tell (no Linux): false. */
  get hasEnded(): boolean {
    return readStat(this.#leader)?.isOver ?? false;
  }

  /** Sends SIGTERM, and SIGKILL `grace` later. Does nothing when the group is being ended already or its leader ended by itself. */
  terminate(grace: Duration): void {
    if (this.#state !== 'running') return;
    this.#state = 'ending';
    this.#signal('SIGTERM');
    // A stopped process takes SIGTERM only when it goes on.
    this.#signal('SIGCONT');
    this.#disarm = this.#clock.after(Math.min(grace, LONGEST_TIMER), () => this.kill());
  }

  /** Sends SIGKILL. Does nothing when the leader ended by itself. */
  kill(): void {
    if (this.#state === 'gone') return;
    this.#state = 'killed';
    this.#disarm?.();
    this.#signal('SIGKILL');
  }

  /**
   * To be called when the leader has ended. After a signal to the group, resolves when no member is left that a signal
   * could end. Members keep the rest of their grace. Of a group whose leader ended by itself the others are left alone,
   * as cron does.
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
   * The system does not give away the id of a group that has a member. So a new process of that id means that all are
   * gone.
   */
  #isOfAnother(): boolean {
    const startTime = readStat(this.#leader)?.startTime;
    this.#startTime ??= startTime;
    return startTime !== this.#startTime && startTime !== undefined;
  }

  #isAlive(pause: Duration): boolean {
    if (!this.#signal(0)) return false;
    // Most groups are gone within a few milliseconds; only for the others is it worth asking who is left.
    return pause < 40 || hasLivingMember(this.#leader);
  }

  /** Returns whether there is a member that may be signaled. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.#isOfAnother()) return false;
    try {
      return process.kill(-this.#leader, signal);
    } catch {
      // ESRCH: nobody is left. EPERM: those who are left are another user's.
      return false;
    }
  }
}

/** Whether a group has a member that is not a zombie. A zombie counts as signaled for ever where nobody reaps it (PID 1 in a container). */
function hasLivingMember(group: number): boolean {
  const processes = processIds();
  if (processes === undefined) return true;
  return processes.some((pid) => {
    const stat = readStat(pid);
    return isLiving(stat) && stat.groupId === group;
  });
}
