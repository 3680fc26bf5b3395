import { CRON_NICKNAMES } from '../cron-words.js';
import type { Schedule } from '../../domain/schedule.js';
import { localToInstants, wallAt } from '../../schedules/index.js';
import { calendarSchedule, type CalendarFields } from '../calendar-schedule.js';
import { CRONTAB_FIELDS, readCrontabField, type CrontabField, type FieldRange } from './field.js';

/** Five fields or a nickname, as cronie reads them. */
export interface CrontabExpression {
  /** The expression for `cron`. */
  readonly written: string;
  readonly fields: Readonly<Record<keyof typeof CRONTAB_FIELDS, CrontabField>>;
}

/** The nicknames that mean fields; `@reboot` does not. */
const CRONTAB_NICKNAMES: ReadonlyMap<string, string> = new Map([
  ...CRON_NICKNAMES,
  // Known only to FreeBSD.
  ['@every_minute', '* * * * *'],
]);

/** Why cron rejects an expression, as a sentence. */
export type ExpressionFault = string;

type FieldName = keyof typeof CRONTAB_FIELDS;
const FIELD_NAMES = Object.keys(CRONTAB_FIELDS) as readonly FieldName[];

/** Parses five fields, or a nickname other than `@reboot`. */
export function readCrontabExpression(text: string): CrontabExpression | ExpressionFault {
  const texts = text.startsWith('@') ? CRONTAB_NICKNAMES.get(text)?.split(' ') : text.split(/[ \t]+/);
  if (texts === undefined) return `cron has no nickname ${text}.`;
  const read: Partial<Record<FieldName, CrontabField>> = {};
  for (const [index, name] of FIELD_NAMES.entries()) {
    const field = readNamedField(texts[index] ?? '', CRONTAB_FIELDS[name]);
    if (typeof field === 'string') return field;
    read[name] = field;
  }
  const fields = read as CrontabExpression['fields'];
  return { written: text.startsWith('@') ? text : FIELD_NAMES.map((name) => fields[name].written).join(' '), fields };
}

function readNamedField(text: string, range: FieldRange): CrontabField | ExpressionFault {
  const field = readCrontabField(text, range);
  if (field === undefined) return `"${text}" is not a valid ${range.what} in a crontab.`;
  return field.values.length > 0
    ? field
    : `cron never runs this entry: the ${range.what} "${text}" ends before it begins.`;
}

/** The zones of cron, as IANA names: that of the machine, and that of CRON_TZ. */
export interface CrontabZones {
  readonly machine: string;
  readonly cronTz: string | undefined;
}

/**
 * Returns when cronie starts an entry. Entries whose minute or hour begins with `*` follow what the clock shows. The
 * others run right after a gap and once in a repeat. With CRON_TZ, cronie compares with the clock of that zone, and
 * starts nothing while its own clock repeats an hour. `undefined` if a field is random.
 */
export function cronieSchedule(
  { fields }: CrontabExpression,
  { machine, cronTz }: CrontabZones,
): Pick<Schedule, 'next'> | undefined {
  if (Object.values(fields).some(({ isRandom }) => isRandom)) return undefined;
  const isWild = fields.minute.isStar || fields.hour.isStar;
  const calendar = calendarOf(fields);
  if (cronTz === undefined) {
    const rule = isWild ? ({ gap: 'skip', repeat: 'both' } as const) : ({ gap: 'after', repeat: 'first' } as const);
    return calendarSchedule(calendar, { timezone: machine, ...rule });
  }
  const schedule = calendarSchedule(calendar, { timezone: cronTz, gap: 'skip', repeat: 'both' });
  return isWild ? schedule : withoutRepeats(schedule, machine);
}

/** Omits instants in the repeated hour of the machine. */
const withoutRepeats = (schedule: Pick<Schedule, 'next'>, machine: string): Pick<Schedule, 'next'> => ({
  next(after) {
    let next = schedule.next(after);
    while (next !== undefined && (localToInstants(wallAt(next, machine), machine).instants[0] ?? next) < next)
      next = schedule.next(next);
    return next;
  },
});

function calendarOf({ minute, hour, dayOfMonth, month, dayOfWeek }: CrontabExpression['fields']): CalendarFields {
  const isMonth = among(month.values, 12);
  const [inMonth, inWeek] = [among(dayOfMonth.values, 31), among(dayOfWeek.values, 7)];
  const needsBoth = dayOfMonth.isStar || dayOfWeek.isStar;
  return {
    seconds: [0],
    minutes: minute.values,
    hours: hour.values,
    isDay(date) {
      const isDayOfWeek = inWeek(() => date.getUTCDay());
      if (needsBoth !== isDayOfWeek) return !needsBoth && isMonth(() => date.getUTCMonth() + 1);
      return inMonth(() => date.getUTCDate()) && isMonth(() => date.getUTCMonth() + 1);
    },
  };
}

/** Returns a test for the values of a field. If the field has all values, the test does not compute the value. */
function among(values: readonly number[], all: number): (valueOf: () => number) => boolean {
  const set = new Set(values);
  return set.size === all ? () => true : (valueOf) => set.has(valueOf());
}
