import type { PlanSource, SchedulerPlan } from '../domain/controls.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Runner } from './control.js';
import type { Membership } from './shared/membership.js';

/** What runs the timers of this process. */
export interface Operation {
  /** The current scheduler. On a standby machine, one that has not started. */
  readonly scheduler: Scheduler;
  readonly runner: Runner;
  /** Applies a changed timer file. */
  reload(plan: SchedulerPlan, source: PlanSource): void;
  /** Absent without a shared state. */
  readonly membership?: Membership;
}
