import { ScheduleError } from '../kind.js';
import type { Trap } from './item.js';
import { normalizedItem } from './names.js';
import { weekdayName } from './words.js';

/** A digit that is a day of the week: not a step, not the n of `#n`. */
const WEEKDAY = /(?<![\d#/])[0-7](?!\d)/g;

/**
 * Returns the trap of an expression in the manner of Quartz or AWS, where 1 is Sunday: its days of the week are numbers, and a `?`, `6L` or
 * `2#1` gives the manner away. `texts` are its fields.
 */
export function quartzTrap(texts: readonly string[]): Trap | undefined {
  const written = texts.at(-1) ?? '';
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

/** Returns what to say of `cron(…)`, `rate(…)` and `at(…)`, the forms of AWS; `undefined` of all else. */
export function awsForm(text: string): ScheduleError | undefined {
  const [, form = '', inside = ''] = /^\s*(cron|rate|at)\s*\(([^]*)\)\s*$/i.exec(text) ?? [];
  const hint = AWS_HINTS[form.toLowerCase()]?.(inside.trim());
  if (hint === undefined) return undefined;
  const message = `${form}(…) is the form of AWS EventBridge.`;
  return new ScheduleError('cron-aws', message, { hint, place: { span: [0, text.length] } });
}

const AWS_HINTS: Readonly<Record<string, (inside: string) => string>> = {
  rate(inside) {
    const [, count, unit] = /^([1-9]\d{0,5})\s+(second|minute|hour|day|week)s?$/i.exec(inside) ?? [];
    if (count === undefined || unit === undefined)
      return 'Write the key every: with a whole number and a unit: s, m, h, d or w.';
    return `Write the key every: instead: every: ${count}${unit.charAt(0).toLowerCase()}`;
  },

  cron(inside) {
    const fields = inside.split(/\s+/);
    if (fields.length !== 6) return 'Write its first five fields. There 1 is Sunday: write days of the week as names.';
    const weekdays = (fields[4] ?? '*')
      .replace(WEEKDAY, (digit) => shortName((Number(digit) + 6) % 7))
      // There, the last day of the week.
      .replace(/^L$/i, 'SAT');
    const five = [...fields.slice(0, 4), weekdays].map((field) => (field === '?' ? '*' : field)).join(' ');
    const year = fields[5] === '*' ? '' : ' The year goes into not_before and not_after.';
    return `Write cron: "${five}" and timezone: UTC.${year}`;
  },

  at: (inside) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inside)
      ? `Write the key at: instead: at: "${inside}", and timezone: UTC`
      : 'Write the key at: instead, such as at: "2027-01-01 00:00".',
};
