import type { CalendarFields } from '../calendar-schedule.js';
import { dayOfMonthRule, dayOfWeekRule } from './days.js';
import { readCronexprField, type CronexprField, type CronexprRange } from './field.js';

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');
const MINUTES = /^(?:0?\d|[1-5]\d)$/;

const weekdayNamed = (name: string): number | undefined => {
  const index = WEEKDAYS.findIndex((one) => one === name || one.slice(0, 3) === name);
  if (index !== -1) return index;
  return /^[0-7]$/.test(name) ? Number(name) % 7 : undefined;
};

const RANGES = {
  second: { low: 0, high: 59, value: MINUTES },
  minute: { low: 0, high: 59, value: MINUTES },
  hour: { low: 0, high: 23, value: /^(?:0?\d|1\d|2[0-3])$/ },
  dayOfMonth: { low: 1, high: 31, value: /^(?:0?[1-9]|[12]\d|3[01])$/, rule: dayOfMonthRule },
  month: { low: 1, high: 12, value: /^(?:0?[1-9]|1[0-2])$/, names: MONTHS },
  dayOfWeek: {
    low: 0,
    high: 6,
    value: /^[0-7]$/,
    names: WEEKDAYS,
    rule: (text) => dayOfWeekRule(text, weekdayNamed),
  },
  year: { low: 1970, high: 2099, value: /^(?:19[7-9]\d|20\d\d)$/ },
} as const satisfies Readonly<Record<string, CronexprRange>>;

type FieldName = keyof typeof RANGES;
const NAMES = Object.keys(RANGES) as readonly FieldName[];

export const LAST_YEAR = RANGES.year.high;

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 * *',
  '@annually': '0 0 0 1 1 * *',
  '@monthly': '0 0 0 1 * * *',
  '@weekly': '0 0 0 * * 0 *',
  '@daily': '0 0 0 * * * *',
  '@hourly': '0 0 * * * * *',
};

/** A supercronic expression. */
export interface Cronexpr {
  /** The expression for `cron`, without years. */
  readonly written: string;
  readonly fields: CalendarFields;
  /** Ascending; `undefined` for every year. */
  readonly years: readonly number[] | undefined;
}

type Fields = Readonly<Record<FieldName, CronexprField>>;

/**
 * Reads five fields, six with the year last, seven with the seconds first, or a nickname; `undefined` if supercronic
 * rejects it.
 */
export function readCronexpr(text: string): Cronexpr | undefined {
  const fields = readFields(allFields((NICKNAMES[text] ?? text).split(/\s+/)));
  if (fields === undefined) return undefined;
  const { second, year } = fields;
  const hasSeconds = second.values.length !== 1 || second.values[0] !== 0;
  const written = NAMES.slice(hasSeconds ? 0 : 1, -1).map((name) => fields[name].written);
  return {
    written: text.startsWith('@') ? text : written.join(' '),
    fields: calendarOf(fields),
    years: year.isAny ? undefined : year.values,
  };
}

/** Adds a seconds field of 0 and every year if they are missing. */
const allFields = (given: readonly string[]): readonly string[] => [
  ...(given.length === 7 ? [] : ['0']),
  ...given,
  ...(given.length === 5 ? ['*'] : []),
];

function readFields(texts: readonly string[]): Fields | undefined {
  if (texts.length !== NAMES.length) return undefined;
  const read: Partial<Record<FieldName, CronexprField>> = {};
  for (const [index, name] of NAMES.entries()) {
    const field = readCronexprField(texts[index] ?? '', RANGES[name]);
    if (field === undefined) return undefined;
    read[name] = field;
  }
  return read as Fields;
}

function calendarOf({ second, minute, hour, dayOfMonth, month, dayOfWeek, year }: Fields): CalendarFields {
  const [months, years] = [new Set(month.values), new Set(year.values)];
  return {
    seconds: second.values,
    minutes: minute.values,
    hours: hour.values,
    isDay(date) {
      if (!months.has(date.getUTCMonth() + 1) || !(year.isAny || years.has(date.getUTCFullYear()))) return false;
      if (dayOfMonth.isAny && dayOfWeek.isAny) return true;
      return (
        (!dayOfMonth.isAny && hasDay(dayOfMonth, date, date.getUTCDate())) ||
        (!dayOfWeek.isAny && hasDay(dayOfWeek, date, date.getUTCDay()))
      );
    },
  };
}

/** Whether a day field matches a day, by a plain value or by a rule. */
function hasDay({ values, rules }: CronexprField, date: Date, value: number): boolean {
  if (values.includes(value)) return true;
  const [day, length] = [
    date.getUTCDate(),
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  ];
  const first = (((date.getUTCDay() - day + 1) % 7) + 7) % 7;
  return rules.some((rule) => rule(first, length).includes(day));
}
