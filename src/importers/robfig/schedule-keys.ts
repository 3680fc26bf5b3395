import { DAY, type Instant } from '../../domain/time.js';
import { clockChanges } from '../../schedules/index.js';
import { durationText } from '../duration-text.js';
import { isReadableCron } from '../readable-cron.js';
import type { RobfigExpression, RobfigField, RobfigFields } from './expression.js';

/** The context of an expression. */
export interface Counting {
  /** IANA name. */
  readonly zone: string;
  readonly now: Instant;
}

/** Returns the schedule keys of a timer that fires as robfig/cron does. */
export function scheduleKeys(expression: RobfigExpression, counting: Counting): Readonly<Record<string, unknown>> {
  if (expression.kind === 'interval') return { every: durationText(expression.interval) };
  const cron = cronOf(expression);
  return dependsOnClockChanges(expression, counting) ? { cron, dst: { gap: 'skip', repeat: 'both' } } : { cron };
}

/** Returns the expression as written if it is valid here, otherwise with the values of its fields. */
function cronOf(fields: RobfigFields): string {
  const written = withDaysOf(fields).join(' ');
  return isReadableCron(written) ? written : fieldsOf(fields).map(valuesOf).join(' ');
}

/**
 * Returns the fields with day fields that mean the same here. Both programs combine day fields by "or", unless one is
 * `*`. Here, any field that begins with `*` counts as one; in robfig/cron, only a field with all values. So a step of
 * `*` is written with a range.
 */
function withDaysOf({ texts, dayOfMonth, dayOfWeek }: RobfigFields): readonly string[] {
  const [before, [days = '*', month = '*', weekdays = '*']] = [texts.slice(0, -3), texts.slice(-3)];
  const times = before.map((text) => text.replaceAll('?', '*'));
  if (isPlainStar(days) || isPlainStar(weekdays)) return [...times, days, month.replaceAll('?', '*'), weekdays];
  return [
    ...times,
    dayOfMonth.isStar ? '*' : withoutStars(days, '1-31'),
    month.replaceAll('?', '*'),
    dayOfWeek.isStar ? '*' : withoutStars(weekdays, '0-6'),
  ];
}

const isPlainStar = (text: string): boolean => text === '*' || text === '?';
const withoutStars = (text: string, range: string): string => text.replace(/[*?]/g, range);

/** Returns the fields, with the seconds only if they are not 0. */
function fieldsOf({ second, minute, hour, dayOfMonth, month, dayOfWeek }: RobfigFields): readonly RobfigField[] {
  const fields = [minute, hour, dayOfMonth, month, dayOfWeek];
  return second.values.size === 1 && second.values.has(0) ? fields : [second, ...fields];
}

const valuesOf = ({ values, isStar }: RobfigField): string =>
  isStar ? '*' : [...values].sort((a, b) => a - b).join(',');

/**
 * Whether clock changes affect an expression. They happen between 22:00 and 04:00. A minute or hour that begins with
 * `*` fires as in robfig/cron anyway.
 */
function dependsOnClockChanges({ texts, hour }: RobfigFields, { zone, now }: Counting): boolean {
  const [minutes = '*', hours = '*'] = texts.slice(-5);
  if ([minutes, hours].some((text) => text.startsWith('*') || text.startsWith('?'))) return false;
  if (![22, 23, 0, 1, 2, 3].some((value) => hour.values.has(value))) return false;
  return clockChanges(zone, { from: now, until: now + FIVE_YEARS }).next().done !== true;
}

const FIVE_YEARS = 5 * 365 * DAY;
