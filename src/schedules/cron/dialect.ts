import { ScheduleError } from '../kind.js';
import type { Trap } from './item.js';
import { weekdayName } from './words.js';

/** A digit that is a day of the week: not a step, not the n of `#n`. */
const WEEKDAY = /(?<![\d#/])[0-7](?!\d)/g;

/**
 * Returns the trap of an expression in the manner of Quartz or AWS, where 1 is Sunday: its days of the week are numbers, and a `?`, `6L` or
 * `2#1` gives the manner away. `texts` are its fields.
 */
export function quartzTrap(texts: readonly string[]): Trap | undefined {
  const weekdays = texts.at(-1) ?? '';
  const numbers: readonly string[] = weekdays.match(WEEKDAY) ?? [];
  const isInManner = texts.includes('?') || /(?<!\d)[0-7][L#]/i.test(weekdays);
  if (!isInManner || numbers.length === 0 || numbers.includes('0')) return undefined;
  const here = weekdays.replace(WEEKDAY, (digit) => shortName(Number(digit)));
  const there = weekdays.replace(WEEKDAY, (digit) => shortName(Number(digit) - 1));
  return {
    code: 'cron-quartz-weekday',
    message: `Here 1 is Monday, so ${weekdays} means ${here}. In Quartz and AWS 1 is Sunday, and it means ${there}.`,
    hint: `Write the name: ${there} if the expression comes from there, ${here} if not.`,
  };
}

const shortName = (weekday: number): string => weekdayName(weekday).slice(0, 3).toUpperCase();

/** Returns what to say of `cron(…)` and `rate(…)`, the forms of AWS; `undefined` of all else. */
export function awsForm(text: string): ScheduleError | undefined {
  const [, form, inside = ''] = /^\s*(cron|rate)\s*\(([^]*)\)\s*$/i.exec(text) ?? [];
  if (form === undefined) return undefined;
  const hint = form.toLowerCase() === 'rate' ? rateHint(inside) : cronHint(inside);
  const message = `${form}(…) is the form of AWS EventBridge.`;
  return new ScheduleError('cron-aws', message, { hint, place: { span: [0, text.length] } });
}

function rateHint(inside: string): string {
  const [, count, unit] = /^\s*(\d{1,6})\s+(minute|hour|day)s?\s*$/i.exec(inside) ?? [];
  const interval = count === undefined ? '5m' : `${count}${(unit ?? '').charAt(0).toLowerCase()}`;
  return `Write the key every: instead: every: ${interval}`;
}

function cronHint(inside: string): string {
  const fields = inside.trim().split(/\s+/);
  if (fields.length !== 6) return 'Write its first five fields. There 1 is Sunday: write days of the week as names.';
  const weekdays = (fields[4] ?? '*').replace(WEEKDAY, (digit) => shortName((Number(digit) + 6) % 7));
  const five = [...fields.slice(0, 4), weekdays].map((field) => (field === '?' ? '*' : field)).join(' ');
  const year = fields[5] === '*' ? '' : ' The year goes into not_before and not_after.';
  return `Write cron: "${five}" and timezone: UTC.${year}`;
}
