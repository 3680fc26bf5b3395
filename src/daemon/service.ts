import { monotonicUsec } from '../clocks/system.js';
import type { TimerFile } from '../config/index.js';
import { ServiceManager } from '../delivery/index.js';
import type { Clock } from '../domain/clock.js';
import type { Scheduler } from '../engine/scheduler.js';
import { executorKinds, type Launcher } from '../executors/index.js';
import type { ConditionWatch } from '../health/condition-watch.js';
import { formatLocal } from '../schedules/index.js';
import type { Service } from './service-variables.js';
import type { Surroundings } from './surroundings.js';

interface Around {
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  readonly scheduler: () => Scheduler;
  readonly condition: ConditionWatch;
  /** Starts `systemd-notify`. Absent for execa. */
  readonly launcher: Launcher | undefined;
}

/** Assembles the reports to the service manager. */
export function openService({ socket, watchdog }: Service, { settings }: TimerFile, around: Around): ServiceManager {
  const { clock, surroundings, scheduler, condition, launcher } = around;
  const environment = { ...surroundings.env, NOTIFY_SOCKET: socket };
  return new ServiceManager({
    clock,
    watchdog,
    condition,
    executor: executorKinds.shell.create({ clock, environment, launcher }),
    totals: () => scheduler().totals,
    status: () => scheduler().controls.status(),
    monotonicUsec,
    format: (instant) => `${formatLocal(instant, settings.timezone)} ${settings.timezone}`,
    onTrouble: (sentence) => surroundings.err(`timers: ${sentence}; the timers keep running`),
  });
}
