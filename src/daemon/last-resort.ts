import { bugOf } from '../domain/bug.js';
import type { Clock } from '../domain/clock.js';
import { reportBug } from '../engine/context.js';
import type { Scheduler } from '../engine/scheduler.js';
import { MINUTE, type Cancel, type Duration } from '../domain/time.js';
import type { Surroundings } from './surroundings.js';

/**
 * A scheduler continues after up to this many uncaught errors within {@link WITHIN}. After one more, it can no longer
 * be trusted, and stops.
 */
const MOST = 10;
const WITHIN: Duration = MINUTE;

/** Reports uncaught errors in a running scheduler, and shuts it down after too many. */
export function openLastResort(
  { runner, scheduler }: { runner: Pick<Scheduler, 'stop' | 'forceStop'>; scheduler: () => Scheduler },
  { surroundings, clock, stopped }: { surroundings: Surroundings; clock: Clock; stopped: () => void },
): { readonly exitCode: number } {
  const state = { exitCode: 0 };
  catchUncaught({
    clock,
    report: (error) => {
      const { error: sentence, stack } = bugOf(error);
      surroundings.err(...`timers: internal error, please report it: ${stack ?? sentence}`.split('\n'));
      reportBug(scheduler(), 'working', error);
    },
    giveUp: (sentence) => {
      state.exitCode = 1;
      surroundings.err(`timers: stopping after ${sentence}`);
      void runner.stop().finally(stopped);
    },
    abort: () => {
      runner.forceStop();
      process.exit(1);
    },
  });
  return state;
}

/** The reactions to uncaught errors. */
interface LastResort {
  readonly clock: Clock;
  /** Called with each error. */
  readonly report: (error: unknown) => void;
  /** Called once, after too many errors: shuts down. */
  readonly giveUp: (sentence: string) => void;
  /** Called after as many further errors while stopping: ends the process immediately. */
  readonly abort: () => void;
}

/**
 * Handles uncaught errors, rejected promises included, until canceled. The process continues, and so do its commands.
 * Up to {@link MOST} within a minute are reported; then {@link LastResort.giveUp} is called.
 */
export function catchUncaught({ clock, report, giveUp, abort }: LastResort): Cancel {
  let recent: Duration[] = [];
  let hasGivenUp = false;
  const caught = (error: unknown) => {
    const now = clock.monotonic();
    recent = [...recent.filter((time) => now - time < WITHIN), now];
    try {
      if (recent.length <= MOST) report(error);
      else if (hasGivenUp) abort();
      else {
        hasGivenUp = true;
        recent = [];
        giveUp(`${MOST} internal errors within a minute, the last one: ${bugOf(error).error}`);
      }
    } catch {
      // The reporter itself failed. Its error is not counted, so this cannot loop.
    }
  };
  // Rejections arrive here too: Node turns them into uncaught exceptions.
  process.on('uncaughtException', caught);
  return () => process.off('uncaughtException', caught);
}
