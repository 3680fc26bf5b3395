import { ScheduleError } from '../kind.js';
import type { Trap } from './field-item.js';
import { normalizedItem } from './names.js';
import { weekdayName } from './words.js';

/** A digit that is a day of the week: not a step, not the n of `#n`. */
const WEEKDAY = /(?<![\d#/])[0-7](?!\d)/g;

/**
 * Returns the trap of an expression in the style of Quartz or AWS, where 1 is Sunday. Such an expression has numeric
 * days of the week, and also `?`, `6L` or `2#1`. `texts` are its fields.
 */
export function quartzTrap(texts: readonly string[]): Trap | undefined {
  const written = texts.at(-1) ?? '';
  if (!/[L#]/i.test(written) && !texts.includes('?')) return undefined;
  const weekdays = written.split(',').map(normalizedItem).join(',');
  const numbers: readonly string[] = weekdays.match(WEEKDAY) ?? [];
  const isInManner = texts.includes('?') || /(?<!\d)[0-7][L#]/i.test(weekdays);
  if (!isInManner || numbers.length === 0 || numbers.includes('0')) return undefined;
  const here = weekdays.replace(WEEKDAY, (digit) => shortName(Number(digit)));
  const there = weekdays.replace(WEEKDAY, (digit) => shortName(Number(digit) - 1));
  return {
    code: 'cron-quartz-weekday',
    message: `Here 1 is Monday, so ${written} means ${here}. In Quartz and AWS 1 is Sunday, and it means ${there}.`,
    hint: `Write the name: ${there} if the expression comes from there, ${here} if not.`,
  };
}

const shortName = (weekday: number): string => weekdayName(weekday).slice(0, 3).toUpperCase();

/**
 * Returns the fix for an expression in the style of Quartz with a year, its seventh field; `undefined` for anything
 * else.
 */
export function quartzHint(fields: readonly string[]): string | undefined {
  const isYear = /^[\d*,\-/]+$/.test(fields[6] ?? '');
  if (fields.length !== 7 || !isYear || !fields.every((field) => /^[\w*?,\-/#]+$/.test(field))) return undefined;
  const hasSecond = fields[0] !== '0';
  const written = withoutYear(hasSecond ? fields : fields.slice(1));
  const dropped = hasSecond ? 'the last field' : 'the last field, and the seconds, the first field';
  return `Remove the year, ${dropped}. Write cron: "${written}".${yearHint(fields)}`;
}

/** Fields in the style of Quartz or AWS without the year, their last one, and with named days of the week. */
function withoutYear(fields: readonly string[]): string {
  const weekdays = (fields.at(-2) ?? '*')
    .replace(WEEKDAY, (digit) => shortName((Number(digit) + 6) % 7))
    // In Quartz, `L` is the last day of the week.
    .replace(/^L$/i, 'SAT');
  return [...fields.slice(0, -2), weekdays].map((field) => (field === '?' ? '*' : field)).join(' ');
}

const yearHint = (fields: readonly string[]): string =>
  fields.at(-1) === '*' ? '' : ' Put the year in not_before and not_after.';

/** Returns the message for `cron(…)`, `rate(…)` and `at(…)`, the forms of AWS; `undefined` for anything else. */
export function awsForm(text: string): ScheduleError | undefined {
  const [, form = '', inside = ''] = /^\s*(cron|rate|at)\s*\(([^]*)\)\s*$/i.exec(text) ?? [];
  const hint = AWS_HINTS[form.toLowerCase()]?.(inside.trim());
  if (hint === undefined) return undefined;
  const message = `${form}(…) is AWS EventBridge syntax.`;
  return new ScheduleError('cron-aws', message, { hint, place: { span: [0, text.length] } });
}

const AWS_HINTS: Readonly<Record<string, (inside: string) => string>> = {
  rate(inside) {
    const [, count, unit] = /^([1-9]\d{0,5})\s+(second|minute|hour|day|week)s?$/i.exec(inside) ?? [];
    if (count === undefined || unit === undefined)
      return 'Use the key every with a whole number and a unit: s, m, h, d or w.';
    return `Use the key every instead: every: ${count}${unit.charAt(0).toLowerCase()}`;
  },

  cron(inside) {
    const fields = inside.split(/\s+/);
    if (fields.length !== 6)
      return 'Write its first five fields. In AWS, 1 is Sunday, so write days of the week as names.';
    return `Write cron: "${withoutYear(fields)}" and timezone: UTC.${yearHint(fields)}`;
  },

  at: (inside) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inside)
      ? `Use the key at instead: at: "${inside}", and timezone: UTC`
      : 'Use the key at instead, such as at: "2027-01-01 00:00".',
};
