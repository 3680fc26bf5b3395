import { scheduleKinds } from '../../src/schedules/index.js';
import {
  ScheduleError,
  ScheduleTypeError,
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

/** The error for a value that is not a schedule. */
export const refusal = (key: ScheduleKind['key'], value: unknown, change?: Partial<ScheduleContext>): ScheduleError =>
  thrown(ScheduleError, () => read(key, value, change));

/** The error for a value of a type that the key does not accept. */
export const wrongType = (key: ScheduleKind['key'], value: unknown): ScheduleTypeError =>
  thrown(ScheduleTypeError, () => read(key, value));

function thrown<E>(type: abstract new (...args: never[]) => E, work: () => unknown): E {
  try {
    work();
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
