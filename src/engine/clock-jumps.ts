import type { Emitter } from './context.js';
import type { JobState } from './job-state.js';
import type { JobTable } from './job-table.js';
import type { JobTimers } from './job-timers.js';
import type { Planner } from './planner.js';
import type { Jump, SchedulerTime } from './scheduler-time.js';

interface ClockJumpParts {
  readonly time: SchedulerTime;
  readonly jobs: JobTable;
  readonly timers: JobTimers;
  readonly planner: Planner;
}

/** Compares the scheduler's time with the wall clock, and rearms the jobs after a jump. */
export class ClockJumps {
  /** The highest generation in use: it marks the firings of a rhythm that restarts after a jump. */
  generation = 0;
  readonly #parts: ClockJumpParts;
  readonly #context: Emitter;

  constructor(parts: ClockJumpParts, context: Emitter) {
    this.#parts = parts;
    this.#context = context;
  }

  /** Checks for a jump. Call it at every wake-up. */
  look(): void {
    const { time, jobs, planner } = this.#parts;
    const jump = time.look();
    if (jump === undefined) return;
    const { kind, from, to, cause } = jump;
    const jumped = { event: 'clock.jumped', at: to, deltaMs: Math.round(to - from), cause } as const;
    this.#context.emit(kind === 'corrected' ? { ...jumped, corrected: true } : jumped);
    planner.gap = kind === 'forward' ? { from, to, reason: 'clock_jump' } : undefined;
    if (kind !== 'forward') this.generation++;
    for (const state of jobs.states()) {
      this.#rearm(state, jump);
      if (to < from) state.shiftBreaker(to - from);
    }
  }

  /**
   * Rearms a job whose instants the jump has moved. After a forward jump, the instants of other jobs come due by
   * themselves, and are planned then.
   */
  #rearm(state: JobState, { kind, from, to, cause }: Jump): void {
    const { timers } = this.#parts;
    if (state.next === undefined) return;
    const { schedule } = state.job;
    if (schedule.countsElapsed) {
      if (cause === 'step') state.next += Math.round(to - from);
      timers.arm(state);
    } else if (kind === 'corrected' || (kind === 'back' && schedule.intervalLike)) {
      state.generation = this.generation;
      timers.armAfter(state, to);
    }
  }
}
