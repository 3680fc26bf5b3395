import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { PlanSource, SchedulerPlan } from '../domain/controls.js';
import type { StatePlace } from '../domain/state-place.js';
import type { Cancel } from '../domain/time.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { OriginWatch, WatchContext } from './origin/watch.js';
import type { SchedulerLog } from './log.js';
import { Reloader, type Reading } from './reloader.js';
import type { Surroundings } from './surroundings.js';
import { watchTimerFile } from './watch-file.js';

export interface ReloadingOptions {
  readonly clock: Clock;
  readonly surroundings: Pick<Surroundings, 'err'>;
  /** Whether to reload the timer file after each change. */
  readonly watches: boolean;
  /** The state that the command line names, if it does. */
  readonly place?: StatePlace | undefined;
  /** Where the timer file comes from. Absent for a file on this machine. */
  readonly origin?: ((context: WatchContext) => OriginWatch) | undefined;
  /** Called when a reload begins. */
  readonly begins?: () => void;
  /** Applies a new plan. Default: the running scheduler applies it. */
  readonly apply?: (plan: SchedulerPlan, source: PlanSource) => void;
  /** Applies a changed `log`. */
  readonly log: Pick<SchedulerLog, 'use'>;
}

/** What loads the timer file again: a request, a change of the file, a new version on its server. */
export interface Reloading {
  readonly reloader: Reloader;
  /** Absent for a timer file on this machine. */
  readonly origin: OriginWatch | undefined;
  readonly reload: () => Promise<Reading>;
  /** Starts looking for changes. Call it once the scheduler has started. */
  start(): void;
  stop(): void;
}

/** Assembles the parts that reload a timer file. They do not look for changes until they are started. */
export function openReloading(
  timerFile: TimerFile,
  { clock, surroundings, watches, origin: from, begins, apply, log, place }: ReloadingOptions,
  scheduler: () => Scheduler,
): Reloading {
  const reloader = new Reloader(timerFile, {
    running: scheduler,
    clock,
    state: place,
    begins,
    apply,
    used: ({ settings }) => log.use(settings.log),
  });
  const origin = from?.({ clock, reloader, scheduler });
  const reload = () => origin?.refresh() ?? reloader.reload();
  let unwatch: Cancel = () => undefined;
  return {
    reloader,
    origin,
    reload,
    start() {
      origin?.start();
      if (watches) unwatch = watchTimerFile(timerFile.named, { clock, surroundings, changed: () => void reload() });
    },
    stop() {
      unwatch();
      origin?.stop();
    },
  };
}
