import { contentLines } from '../content-lines.js';
import { nameOfCommand } from '../crontab/timer-name.js';
import { readAssignment } from '../crontab/assignment.js';
import { CrontabVariables } from '../crontab/variables.js';
import type { Difference, Imported, ImportedTimer, Importer, SourceFile, SourcePlace } from '../kind.js';

/** `/etc/anacrontab`: jobs that run every few days, whenever the machine is on. */
export const anacron: Importer = {
  name: 'anacron',
  summary: 'anacrontab: jobs that run every few days',
  recognize,
  read: (files) => {
    const read = files.map(readFile);
    return {
      settings: {},
      timers: read.flatMap(({ timers }) => timers),
      differences: read.flatMap(({ differences }) => differences),
    };
  },
};

/** A line such as `7 25 cron.weekly nice run-parts /etc/cron.weekly`. */
const JOB_LINE = /^\s*(@[a-z]+|\d+)\s+(\d+)\s+([^\s/]+)\s+(\S.*)$/;

/** The first four fields of a crontab entry, even one that cron rejects. */
const CRON_LINE = /^\s*(?:[\d*,/-]+\s+){4}\S/;

/** Rates a file. One with cron fields is more likely a crontab. */
function recognize({ path, text }: SourceFile): number {
  const lines = contentLines(text);
  const others = lines.filter((line) => readAssignment(line) === undefined);
  const isSound = others.every((line) => JOB_LINE.test(line) && !CRON_LINE.test(line));
  if (/(?:^|\/)anacrontab$/.test(path)) return isSound ? 0.95 : 0.5;
  return isSound && others.length > 0 ? 0.7 : 0;
}

interface Job {
  readonly period: string;
  /** The delay of the job, in minutes. */
  readonly delay: number;
  readonly id: string;
  readonly command: string;
}

function readFile({ path, text }: SourceFile): Imported {
  const variables = new CrontabVariables();
  const differences: Difference[] = [];
  const timers: ImportedTimer[] = [];
  let firstHour = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const place = { file: path, line: index + 1 };
    if (line.trim() === '' || /^\s*#/.test(line)) continue;
    const assignment = readAssignment(line);
    const [hour] = /^\d+/.exec(assignment?.name === 'START_HOURS_RANGE' ? assignment.value : '') ?? [];
    if (hour !== undefined) {
      firstHour = Number(hour) % 24;
      differences.push({ ...place, ...HOURS });
    } else if (assignment === undefined) {
      const timer = timerOf(line, place, { firstHour, variables });
      if ('severity' in timer) differences.push(timer);
      else timers.push(timer);
    } else differences.push(...variables.set(assignment).map((words) => ({ ...place, ...words })));
  }
  return { settings: {}, timers, differences };
}

interface Before {
  /** The first hour in `START_HOURS_RANGE`. */
  readonly firstHour: number;
  readonly variables: CrontabVariables;
}

function timerOf(line: string, place: SourcePlace, { firstHour, variables }: Before): ImportedTimer | Difference {
  const [, period = '', delay = '', id = '', command = ''] = JOB_LINE.exec(line) ?? [];
  const when = scheduleOf({ period, delay: Number(delay), id, command }, firstHour);
  if (when === undefined) {
    const message = 'This is neither an assignment nor an anacron job.';
    const hint = 'Write a period in days, a delay in minutes, a name and a command.';
    return { ...place, severity: 'error', text: line.trim(), message, hint };
  }
  const { keys, words } = variables.current();
  return {
    name: id === '' ? nameOfCommand(command) : id,
    place,
    keys: { ...when, catch_up: true, ...keys, cwd: '/', run: command },
    differences: [COUNTS, ...words].map((one) => ({ ...place, ...one })),
  };
}

/**
 * Returns a schedule with a time of day: the first hour in which anacron may start jobs, plus the delay. `undefined` if
 * the period is invalid.
 */
function scheduleOf({ period, delay }: Job, firstHour: number): Readonly<Record<string, unknown>> | undefined {
  const hour = (firstHour + Math.floor(delay / 60)) % 24;
  const minute = delay % 60;
  const days = DAYS.get(period) ?? Number(period);
  const date = DATES.get(period);
  if (date !== undefined) return { cron: `${minute} ${hour} ${date}` };
  if (days === 1) return { cron: `${minute} ${hour} * * *` };
  if (!(days > 1)) return undefined;
  const at = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  return { every: { interval: `${days}d`, at } };
}

const DAYS: ReadonlyMap<string, number> = new Map([
  ['@daily', 1],
  ['@weekly', 7],
]);

const DATES: ReadonlyMap<string, string> = new Map([
  ['@monthly', '1 * *'],
  ['@yearly', '1 1 *'],
  ['@annually', '1 1 *'],
]);

const COUNTS: Pick<Difference, 'severity' | 'message'> = {
  severity: 'warning',
  message:
    'anacron counts days from the last run, and starts the job when the machine is on. ' +
    'Here, it has a time of day, and catch_up runs it after downtime.',
};

const HOURS: Pick<Difference, 'severity' | 'message' | 'text'> = {
  severity: 'warning',
  text: 'START_HOURS_RANGE',
  message: 'Timers fire in the first hours of the range. After downtime, catch_up may run them outside the range.',
};
