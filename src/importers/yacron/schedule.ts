import type { Schedule } from '../../domain/schedule.js';
import { isTimeZone } from '../../schedules/index.js';
import { calendarSchedule } from '../calendar-schedule.js';
import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import type { ImportedTimer } from '../kind.js';
import { cronText } from './cron-text.js';
import { isDayOf } from './days.js';
import type { Dialect } from './dialect.js';
import { readYacron, YacronError, type YacronExpression, type YacronField } from './expression.js';

/** When a job fires. */
export interface JobSchedule extends Pick<ImportedTimer, 'original' | 'whenDifferent'> {
  readonly keys: Readonly<Record<string, unknown>>;
}

export interface JobReading {
  readonly dialect: Dialect;
  /** The name of the job. */
  readonly name: string;
  /** The zone of the machine, IANA. */
  readonly machineZone: string;
  readonly differences: DifferenceList;
}

/** Reads `schedule`, `utc` and `timezone`; `undefined`, with an error, if they can't be carried over. */
export function readJobSchedule(job: Fields, reading: JobReading): JobSchedule | undefined {
  const { differences, name } = reading;
  const zone = readZone(job, reading);
  const text = scheduleText(job, reading);
  if (zone === undefined || text === undefined) return undefined;
  if (text === '@reboot') return atStart(job, reading);
  try {
    return scheduleOf(readYacron(text, name), { job, zone }, reading);
  } catch (error) {
    if (!(error instanceof YacronError)) throw error;
    const message = `The job is left out: its schedule "${text}" is not valid. ${error.message}`;
    differences.error(job.place('schedule'), message);
    return undefined;
  }
}

const FIELDS = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'];

/** Returns the expression, which may be written as a map. */
function scheduleText(job: Fields, reading: JobReading): string | undefined {
  const written = job.text('schedule')?.trim();
  if (written !== undefined && written !== '') return written;
  const map = job.map('schedule');
  if (map.keys.length > 0) return textOfMap(map, reading);
  reading.differences.error(job.place('schedule'), 'The job is left out: it has no schedule.');
  return undefined;
}

function textOfMap(map: Fields, { dialect, differences }: JobReading): string {
  const fields = FIELDS.map((key) => map.text(key) ?? '*');
  const [second, year] = [map.text('second'), map.text('year')];
  if (year !== undefined && dialect.name === 'yacron') {
    const message =
      'yacron 0.19 ignores the year of a schedule that is a map, and fires each year. Here the year counts.';
    differences.warning(map.place('year'), message);
  }
  if (second === undefined) return [...fields, ...(year === undefined ? [] : [year])].join(' ');
  return [second, ...fields, year ?? '*'].join(' ');
}

function readZone(job: Fields, { machineZone, differences }: JobReading): string | undefined {
  const named = job.text('timezone');
  const isUtc = job.flag('utc') ?? true;
  if (named === undefined && !isUtc) {
    const message = `The local time of the job is that of this machine, ${machineZone}.`;
    differences.note(job.place('utc'), message, 'Change timezone if the job ran on a machine with another zone.');
  }
  if (named === undefined) return isUtc ? 'UTC' : machineZone;
  if (isTimeZone(named)) return named;
  differences.error(job.place('timezone'), `The job is left out: "${named}" is not an IANA time zone.`);
  return undefined;
}

function atStart(job: Fields, { dialect, differences }: JobReading): JobSchedule {
  const message = `The job runs 1 s after timers starts, as with ${dialect.name}. A reload does not start it again.`;
  differences.note(job.place('schedule'), message);
  return { keys: { in: '1s' } };
}

interface Where {
  readonly job: Fields;
  readonly zone: string;
}

function scheduleOf(expression: YacronExpression, { job, zone }: Where, reading: JobReading): JobSchedule | undefined {
  const { dialect, differences } = reading;
  const hasSecond = dialect.firesInSeconds && expression.hasSecond;
  if (!dialect.firesInSeconds && !tellSeconds(expression, job, differences)) return undefined;
  const { gap, repeat } = dialect.clockRule;
  return {
    keys: {
      cron: cronText(expression, hasSecond),
      ...(zone !== 'UTC' && { timezone: zone }),
      ...(zone !== 'UTC' && gap === 'skip' && { dst: { gap, repeat } }),
      ...window(expression.year, { place: job, zone }, differences),
    },
    original: originalOf(expression, zone, dialect),
    whenDifferent: dialect.whenDifferent,
  };
}

/** Whether yacron, which checks its jobs once a minute, ever fires an expression. */
function tellSeconds({ second, hasSecond }: YacronExpression, job: Fields, differences: DifferenceList): boolean {
  const place = job.place('schedule');
  if (!second.isAny && !second.values.has(0)) {
    differences.error(place, 'The job is left out: yacron never fires it, because its second is not 0.');
    return false;
  }
  if (hasSecond) {
    const message = 'yacron checks its jobs once a minute, so it fires this one only at second 0.';
    differences.warning(place, message, 'To fire at other seconds, add a seconds field to cron.');
  }
  return true;
}

function originalOf(expression: YacronExpression, zone: string, dialect: Dialect): Pick<Schedule, 'next'> {
  const ascending = ({ isAny, values }: YacronField, count: number): readonly number[] =>
    isAny ? Array.from({ length: count }, (_, value) => value) : [...values].sort((a, b) => a - b);
  const fields = {
    seconds: dialect.firesInSeconds ? ascending(expression.second, 60) : [0],
    minutes: ascending(expression.minute, 60),
    hours: ascending(expression.hour, 24),
    isDay: (date: Date) => isDayOf(expression, date),
  };
  return calendarSchedule(fields, { timezone: zone, ...dialect.clockRule });
}

/** Returns the limits of a timer: the first and the last of the years. */
function window(
  { isAny, values }: YacronField,
  { place, zone }: { readonly place: Fields; readonly zone: string },
  differences: DifferenceList,
): Readonly<Record<string, unknown>> {
  if (isAny || values.size === 0) return {};
  const years = [...values].sort((a, b) => a - b);
  const [first = 0, last = 0] = [years[0], years.at(-1)];
  if (last - first + 1 !== years.length) {
    const message = `The timer also fires in years between ${first} and ${last} that the schedule leaves out.`;
    differences.warning(place.place('schedule'), message, 'Write a timer for each span of years.');
  }
  const offset = zone === 'UTC' ? 'Z' : '';
  return { not_before: `${first}-01-01T00:00:00${offset}`, not_after: `${last}-12-31T23:59:59${offset}` };
}
