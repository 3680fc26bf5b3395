import type { ScheduleWarning } from '../kind.js';
import type { TimeSpan } from '../../domain/time.js';
import { clockChanges } from '../zone/clock-change.js';
import { formatLocal } from '../zone/local-time.js';
import { clockEffect, type ClockEffect } from './clock-effect.js';
import { effectInWords } from './clock-words.js';
import type { CronSchedule } from './cron-schedule.js';

/**
 * Returns warnings about the clock changes of a zone that affect an expression in a span of time. Only the first gap
 * and the first repeat cause a warning.
 */
export function clockTraps(schedule: CronSchedule, zone: string, span: TimeSpan): ScheduleWarning[] {
  // A schedule that follows elapsed time is not affected.
  if (schedule.intervalLike) return [];
  const found = new Map<string, ScheduleWarning>();
  for (const change of clockChanges(zone, span)) {
    const effect = clockEffect(schedule, change);
    if (effect === undefined) continue;
    const warning = trapOf(effect, zone);
    if (!found.has(warning.code)) found.set(warning.code, warning);
  }
  return [...found.values()];
}

function trapOf(effect: ClockEffect, zone: string): ScheduleWarning {
  const { at, before, after } = effect.change;
  const message = `On ${formatLocal(at, zone).slice(0, 10)} in ${zone} ${effectInWords(effect, zone)}.`;
  return after > before
    ? { code: 'dst-gap', message, hint: 'Choose another time, or set dst: {gap: after} or dst: {gap: skip}.' }
    : { code: 'dst-repeat', message, hint: 'Choose another time, or set dst: {repeat: first}, last or both.' };
}
