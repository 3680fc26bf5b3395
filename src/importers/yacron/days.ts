import type { YacronExpression, YacronField } from './expression.js';

const DAY = 86_400_000;

/** Whether an expression matches a day. `date` has the year, month, day and weekday of that day in UTC. */
export const isDayOf = (expression: YacronExpression, date: Date): boolean =>
  has(expression.year, date.getUTCFullYear()) &&
  has(expression.month, date.getUTCMonth() + 1) &&
  isDayOfMonth(expression.dayOfMonth, date) &&
  isDayOfWeek(expression.dayOfWeek, date);

const has = ({ isAny, values }: YacronField, value: number): boolean => isAny || values.has(value);

function isDayOfMonth(field: YacronField, date: Date): boolean {
  const day = date.getUTCDate();
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return has(field, day) || field.items.some((item) => ruleDay(item, date, length) === day);
}

/** Returns the day of the month that `l`, `l-3`, `z3`, `15w` or `lw` means; `undefined` if the month has none. */
function ruleDay(item: string, date: Date, length: number): number | undefined {
  const before = /^(?:l-|z)(\d+)$/.exec(item)?.[1];
  if (item === 'l') return length;
  if (before !== undefined) return length - Number(before);
  if (!item.endsWith('w')) return undefined;
  const target = item === 'lw' ? length : Number(item.slice(0, -1));
  return target > length ? undefined : workdayNear(target, date, length);
}

function workdayNear(target: number, date: Date, length: number): number {
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), target)).getUTCDay();
  if (weekday === 6) return target > 1 ? target - 1 : target + 2;
  if (weekday === 0) return target < length ? target + 1 : target - 2;
  return target;
}

function isDayOfWeek(field: YacronField, date: Date): boolean {
  const weekday = date.getUTCDay();
  return has(field, weekday) || field.items.some((item) => isRuleWeekday(item, date, weekday));
}

/**
 * Whether a rule matches a day: `l5` and `l1-5` are the last such weekdays of the month, `5#3` is the third such
 * weekday.
 */
function isRuleWeekday(item: string, date: Date, weekday: number): boolean {
  const [, day = '', nth] = /^(\w+)#([1-5])$/.exec(item) ?? [];
  if (nth !== undefined) return weekdayOf(day) === weekday && Math.ceil(date.getUTCDate() / 7) === Number(nth);
  const [, first = '', last = first] = /^l([0-7])(?:-([0-7]))?$/.exec(item) ?? [];
  const isLast = new Date(date.getTime() + 7 * DAY).getUTCMonth() !== date.getUTCMonth();
  return first !== '' && isLast && isBetween(weekday, Number(first), Number(last));
}

const isBetween = (weekday: number, from: number, until: number): boolean =>
  (weekday >= from && weekday <= until) || (weekday === 0 && until === 7);

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const weekdayOf = (text: string): number => (/^[0-7]$/.test(text) ? Number(text) % 7 : WEEKDAYS.indexOf(text));
