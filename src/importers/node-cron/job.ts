import { isTimeZone } from '../../schedules/index.js';
import { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import {
  javaScriptSchedule,
  JavaScriptCronError,
  readJavaScriptCron,
  type JavaScriptCron,
} from '../javascript-cron.js';
import type { Difference, ImportContext, ImportedTimer } from '../kind.js';
import { tellUnread } from '../unread-keys.js';
import { durationText, withoutMissing } from '../duration-text.js';

/** A timer, or the reason why there is none. */
export interface ReadNodeCronJob {
  readonly timer?: ImportedTimer;
  readonly differences: readonly Difference[];
}

/** node-cron 4 accepts full names, and turns reversed ranges around. */
const NODE_CRON: JavaScriptCron = {
  isLenient: true,
  others: {
    dayOfMonth: /^(?:\?|L|L-\d{1,2}|(?:\d{1,2}|L)W)$/i,
    dayOfWeek: /^(?:\?|[0-7]L|[0-7]#[1-5])$/i,
  },
};

const NAMES = ['name', 'id', 'title'];
const SCHEDULES = ['schedule', 'cron', 'cronTime', 'cronExpression', 'expression', 'pattern', 'cronPattern'];
const COMMANDS = ['command', 'cmd', 'run', 'exec', 'script', 'path', 'file', 'task'];
const ZONES = ['timezone', 'timeZone', 'tz'];

/** Whether an object of a list has a schedule. */
export const hasSchedule = (job: Fields): boolean => SCHEDULES.some((key) => job.has(key));

/** Reads one object. Its options may be under `options`, as in node-cron. */
export function readNodeCronJob(job: Fields, index: number, context: ImportContext): ReadNodeCronJob {
  const differences = new DifferenceList();
  const both = [job, job.map('options')];
  const name = firstText(both, NAMES) ?? `job-${index + 1}`;
  const cron = cronOf(job, differences);
  const run = runOf(job, differences);
  const zone = zoneOf(both, context, differences);
  if (cron === undefined || run === undefined || zone === undefined) return { differences: differences.list() };
  const { keys, original } = javaScriptSchedule(cron, zone, context);
  if (cron.includes('+')) {
    const message =
      'A day has to match both day fields, as with node-cron. With cron and node-schedule, one is enough.';
    differences.warning(
      job.place(keyOf(job, SCHEDULES)),
      message,
      'If one is enough in your case, remove the + from cron.',
    );
  }
  const timer = {
    name,
    place: { file: job.file, line: job.line },
    keys: {
      ...withoutMissing({ description: firstText(both, ['description', 'comment']) }),
      ...keys,
      ...(zone !== context.timezone && { timezone: zone }),
      ...optionsOf(both),
      run,
      ...placeOf(job),
    },
    ...withoutMissing({ original }),
    whenDifferent: 'node-cron fires a local time that a clock change repeats only once.',
  };
  tellUnread(job, differences);
  return { timer: { ...timer, differences: differences.list() }, differences: [] };
}

const keyOf = (job: Fields, keys: readonly string[]): string => keys.find((key) => job.has(key)) ?? '';

const firstText = (maps: readonly Fields[], keys: readonly string[]): string | undefined =>
  maps.flatMap((map) => keys.map((key) => map.text(key))).find((text) => text !== undefined && text !== '');

function cronOf(job: Fields, differences: DifferenceList): string | undefined {
  const text = firstText([job], SCHEDULES);
  if (text === undefined) {
    differences.error(job, 'The job is left out: it has no cron expression.');
    return undefined;
  }
  try {
    return readJavaScriptCron(text, NODE_CRON);
  } catch (error) {
    if (!(error instanceof JavaScriptCronError)) throw error;
    const place = job.place(keyOf(job, SCHEDULES));
    differences.error(place, `The job is left out: node-cron rejects its expression "${text}". ${error.message}`);
    return undefined;
  }
}

/** Returns the command as written. A JavaScript file runs in node. */
function runOf(job: Fields, differences: DifferenceList): string | readonly string[] | undefined {
  const key = keyOf(job, COMMANDS);
  const value = job.value(key);
  const args = job.texts('args');
  if (value?.kind === 'list') return [...job.texts(key), ...args];
  const text = value?.kind === 'scalar' ? value.text.trim() : '';
  if (/^\S+\.[cm]?js$/.test(text)) return ['node', text, ...args];
  if (text !== '') return args.length === 0 ? text : [text, ...args];
  const hint = 'Write a command to the file, such as "command": "node job.js".';
  differences.error(job, 'The job is left out: it has no command. A function in a program is not in the file.', hint);
  return undefined;
}

function zoneOf(both: readonly Fields[], context: ImportContext, differences: DifferenceList): string | undefined {
  const named = firstText(both, ZONES);
  if (named === undefined || isTimeZone(named)) return named ?? context.timezone;
  differences.error(both[0] ?? { file: '', line: 1 }, `The job is left out: "${named}" is not an IANA time zone.`);
  return undefined;
}

/** Reads the options of a job. Without `noOverlap`, node-cron starts a job even while it is still running. */
function optionsOf(both: readonly Fields[]): Readonly<Record<string, unknown>> {
  const flag = (key: string) => both.map((map) => map.flag(key)).find((value) => value !== undefined);
  const number = (key: string) => both.map((map) => map.number(key)).find((value) => value !== undefined);
  const delay = number('maxRandomDelay');
  const isOff = [flag('enabled'), flag('scheduled'), flag('active')].includes(false) || flag('disabled') === true;
  return withoutMissing({
    jitter: delay === undefined ? undefined : durationText(delay),
    run_at_start: [flag('runOnInit'), flag('runOnStart')].includes(true) ? true : undefined,
    enabled: isOff ? false : undefined,
    max_runs: number('maxExecutions'),
    overlap: flag('noOverlap') === true ? 'skip' : 'allow',
  });
}

const placeOf = (job: Fields): Readonly<Record<string, unknown>> =>
  withoutMissing({ cwd: firstText([job], ['cwd', 'workingDirectory']), env: job.textMap('env') });
