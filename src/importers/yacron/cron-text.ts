import type { YacronExpression, YacronField } from './expression.js';

/** Writes the fields, except the year, as a `timers` expression. `hasSecond` is set if the seconds count. */
export function cronText(expression: YacronExpression, hasSecond: boolean): string {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = expression;
  const times = [...(hasSecond ? [second] : []), minute, hour].map(textOf);
  return [...times, textOf(dayOfMonth), textOf(month), weekdaysText(dayOfMonth, dayOfWeek)].join(' ');
}

const textOf = ({ items, isAny }: YacronField): string => (isAny ? '*' : items.map(ofItem).join(','));

/** Writes an item. Rules for days have another spelling here: `L-3` for `z3`, `5L` for `l5`. */
function ofItem(item: string): string {
  const [, first, last = first] = /^l([0-7])(?:-([0-7]))?$/.exec(item) ?? [];
  if (first === undefined) return item.replace(/^z/, 'l-').toUpperCase();
  const days: string[] = [];
  for (let day = Number(first); day <= Number(last); day++) days.push(`${day}L`);
  return days.join(',');
}

/**
 * Writes the day of the week. In yacron, both day fields must match. Here, `+` requires that, unless one begins with
 * `*`.
 */
function weekdaysText(dayOfMonth: YacronField, dayOfWeek: YacronField): string {
  const weekdays = textOf(dayOfWeek);
  return [textOf(dayOfMonth), weekdays].some((text) => text.startsWith('*')) ? weekdays : `+${weekdays}`;
}
