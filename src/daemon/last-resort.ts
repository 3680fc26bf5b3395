import { bugOf } from '../domain/bug.js';
import type { Clock } from '../domain/clock.js';
import type { Scheduler } from '../engine/scheduler.js';
import { MINUTE, type Cancel, type Duration } from '../domain/time.js';
import type { Surroundings } from './surroundings.js';

/** Uncaught errors that a scheduler goes on behind, within {@link WITHIN}. With one more, going on would be a lie. */
const MOST = 10;
const WITHIN: Duration = MINUTE;

/** Reports what nobody caught in a running scheduler, and stops it in order when that is too much. */
export function openLastResort(
  scheduler: Scheduler,
  { surroundings, clock, stopped }: { surroundings: Surroundings; clock: Clock; stopped: () => void },
): { readonly exitCode: number } {
  const state = { exitCode: 0 };
  catchUncaught({
    clock,
    report: (error) => {
      const { error: sentence, stack } = bugOf(error);
      surroundings.err(...`timers: internal error, please report it: ${stack ?? sentence}`.split('\n'));
      scheduler.report('working', error);
    },
    giveUp: (sentence) => {
      state.exitCode = 1;
      surroundings.err(`timers: stopping after ${sentence}`);
      void scheduler.stop().finally(stopped);
    },
    abort: () => {
      scheduler.forceStop();
      process.exit(1);
    },
  });
  return state;
}

/** What is done about errors that nobody caught. */
interface LastResort {
  readonly clock: Clock;
  /** Called with each. */
  readonly report: (error: unknown) => void;
  /** Called once, when there are too many: stops in order. */
  readonly giveUp: (sentence: string) => void;
  /** Called when as many again have come while stopping: ends at once. */
  readonly abort: () => void;
}

/**
 * Takes errors that nobody caught, those of rejected promises among them, until canceled. The process goes on, and with it the commands; up to
 * {@link MOST} within a minute are reported, then {@link LastResort.giveUp} is called.
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
      // What reports is broken itself. It is counted again only by what comes next, so that this cannot go round.
    }
  };
  // Rejections arrive here, too: Node makes uncaught exceptions of them.
  process.on('uncaughtException', caught);
  return () => process.off('uncaughtException', caught);
}
