import { scheduleKinds } from '../../src/schedules/index.js';
import {
  ScheduleError,
  type ParsedSchedule,
  type ScheduleContext,
  type ScheduleKind,
} from '../../src/schedules/kind.js';

export const kindOf = (key: ScheduleKind['key']): ScheduleKind => scheduleKinds.find((kind) => kind.key === key)!;

export const contextOf = (change: Partial<ScheduleContext> = {}): ScheduleContext => ({
  timezone: 'Europe/Berlin',
  dst: { gap: 'after', repeat: 'first' },
  start: Date.parse('2026-11-23T08:00Z'),
  seed: 'backup',
  ...change,
});

export const read = (key: ScheduleKind['key'], value: unknown, change?: Partial<ScheduleContext>): ParsedSchedule =>
  kindOf(key).parse(value, contextOf(change));

/** What is thrown when a value is read. */
export function refusal(key: ScheduleKind['key'], value: unknown, change?: Partial<ScheduleContext>): ScheduleError {
  try {
    read(key, value, change);
  } catch (error) {
    if (error instanceof ScheduleError) return error;
    throw error;
  }
  throw new Error(`${key}: ${JSON.stringify(value)} was not refused`);
}
