import { isDeepStrictEqual } from 'node:util';
import type { Command } from '../../domain/command.js';
import type { Job } from '../../domain/job.js';
import { parseDuration } from '../../domain/duration.js';
import { SECOND } from '../../domain/time.js';
import { CRON_NICKNAMES } from '../../importers/cron-words.js';
import { inputText, splitInput } from '../../importers/crontab/command-text.js';
import { CRONTAB_FIELDS, readCrontabField, type FieldRange } from '../../importers/crontab/field.js';
import { readExpression, textsOf, type Expression } from '../../schedules/index.js';
import type { ExportDifference, Exporter } from '../kind.js';
import { KEEP_IN_TIMERS, keysLeftOut, keysOfJob } from '../timer-keys.js';
import { quotedValue, sharedVariables, variableLines, type SharedVariables } from './variables.js';

/** A user's crontab. */
export const crontabExporter: Exporter = {
  name: 'crontab',
  summary: 'a crontab of a user',

  write(jobs, { timezone }) {
    const shared = sharedVariables(jobs);
    const written = jobs.map((job) => linesOf(job, { timezone, shared }));
    const entries = written.flatMap(({ lines }) => lines);
    const text = entries.length === 0 ? '' : [...variableLines(shared), ...entries].join('\n');
    const differences = written.flatMap((one) => one.differences);
    return { files: text === '' ? [] : [{ name: 'crontab', text: `${text}\n` }], differences };
  },
};

const CARRIED = ['cron', 'in', 'run', 'description', 'cwd', 'env', 'timeout', 'kill_after', 'run_at_start'];

/** The kinds of schedules that an export to systemd can express. */
const OF_SYSTEMD: ReadonlySet<string> = new Set(['cron', 'every', 'in', 'at']);

interface CronLines {
  readonly lines: readonly string[];
  readonly differences: readonly ExportDifference[];
}

interface Table {
  /** The zone of this machine, IANA. */
  readonly timezone: string;
  readonly shared: SharedVariables;
}

function linesOf(job: Job, { timezone, shared }: Table): CronLines {
  const about = (severity: ExportDifference['severity'], message: string, hint?: string): ExportDifference => ({
    ...{ timer: job.name, severity, message },
    ...(hint !== undefined && { hint }),
  });
  if (!job.enabled)
    return { lines: [], differences: [about('note', 'The timer is disabled, so the crontab has no line for it.')] };
  const times = timesOf(job);
  const command = commandText(job, shared);
  if (times === undefined || command === undefined) {
    const message =
      times === undefined ? 'A crontab cannot express these times.' : 'A line in a crontab cannot contain line breaks.';
    const hint = OF_SYSTEMD.has(job.written.key) ? 'Export it to systemd.' : KEEP_IN_TIMERS;
    return { lines: [], differences: [about('error', `The timer is left out. ${message}`, hint)] };
  }
  return {
    lines: [
      `CRON_TZ=${job.timezone}`,
      ...[...times, ...(job.runAtStart ? ['@reboot'] : [])].flatMap((time, index) => [
        `# timer: ${job.name}`,
        ...(index === 0 ? descriptionLines(job) : []),
        `${time} ${command}`,
      ]),
    ],
    differences: [...differencesOf(job, { timezone, isOnce: times.includes('@reboot') }), ...keysLeftOut(job, CARRIED)],
  };
}

const descriptionLines = ({ description }: Job): readonly string[] =>
  description?.split(/\r\n?|\n/).map((line) => `# ${line}`.trimEnd()) ?? [];

/** Returns the differences of one timer. `isOnce` is set if it fires only at startup. */
function differencesOf(
  job: Job,
  { timezone, isOnce }: { readonly timezone: string; readonly isOnce: boolean },
): readonly ExportDifference[] {
  const zone = `Only cronie reads CRON_TZ. Other crons start the timer as if its times were in ${timezone}.`;
  const messages = [
    ...(job.timezone === timezone || isOnce ? [] : [zone]),
    ...(job.runAtStart || isOnce ? [AT_REBOOT] : []),
    ...(job.timeout === undefined && keysOfJob(job)['kill_after'] !== undefined ? [NOTHING_ENDS_IT] : []),
  ];
  return messages.map((message) => ({ timer: job.name, severity: 'warning', message }));
}

const NOTHING_ENDS_IT = 'kill_after is left out: cron never ends a run, so it applies only with a timeout.';

const AT_REBOOT =
  '@reboot runs the command once after the machine has started. Here it runs whenever the scheduler starts.';

function timesOf(job: Job): readonly string[] | undefined {
  const { cron, in: delay } = keysOfJob(job);
  if (delay !== undefined) return ['@reboot'];
  if (cron === undefined) return undefined;
  const texts = (Array.isArray(cron) ? cron : [cron]) as readonly string[];
  const times = texts.map((text) => fieldsText(text, job.name));
  return times.includes(undefined) ? undefined : times.map((time) => time ?? '');
}

/** Returns a nickname, or five fields that every cron reads; `undefined` if there are none. */
function fieldsText(written: string, name: string): string | undefined {
  if (CRON_NICKNAMES.has(written)) return written;
  const [expression, texts] = [readExpression(written, name), textsOf(written).slice(-5)];
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = expression;
  const fields = [minute, hour, dayOfMonth, month, dayOfWeek];
  const isPlain = second.single === 0 && !texts.at(-1)?.startsWith('+') && fields.every(({ hasRules }) => !hasRules);
  if (!isPlain) return undefined;
  return RANGES.map((range, index) => fieldText(fields[index] ?? minute, texts[index] ?? '*', range)).join(' ');
}

const RANGES: readonly FieldRange[] = Object.values(CRONTAB_FIELDS);

/** Returns the field as written if it means the same to cron, otherwise its values. */
function fieldText(field: Expression['minute'], text: string, range: FieldRange): string {
  if (/^\*(?:\/\d+)?$/.test(text)) return text;
  const values = field.values.toArray();
  const { values: there, ignoredStep } = readCrontabField(text, range) ?? {};
  const isSame = ignoredStep === undefined && isDeepStrictEqual(there, values);
  // Only cronie reads Friday to Sunday as 5-7.
  if (isSame && !/\*|-(?:sun|0)/i.test(text)) return text;
  return field.isOpen && field.isFull ? '*' : values.join(',');
}

/**
 * Returns the command of an entry; `undefined` if it has line breaks. In a crontab, `%` is a line break unless a
 * backslash precedes it.
 */
function commandText(job: Job, { env, shell }: SharedVariables): string | undefined {
  const { command, timeout } = job;
  const limit = timeout === undefined ? '' : `timeout -k ${command.killAfter / SECOND} ${timeout / SECOND} `;
  const others = Object.entries(command.env).filter(
    ([name, value]) => !(name in env) && !(name === 'SHELL' && value === shell),
  );
  const exports = others.map(([name, value]) => `export ${name}=${quotedValue(value)} && `);
  const before = `${pauseText(job)}${isAtHome(job, env) ? '' : `cd ${quotedValue(command.cwd)} && `}${exports.join('')}${limit}`;
  const { run, input } = typeof command.run === 'string' ? splitInput(command.run) : { ...command, input: undefined };
  const text = before + runText({ ...command, run }, { shell, before, isLimited: limit !== '' });
  if (text.includes('\n')) return undefined;
  return text.replaceAll('%', String.raw`\%`) + (input === undefined ? '' : inputText(input));
}

/**
 * Returns the pause before a command with `in`. An import writes `in: 1s` for `@reboot`, so that delay needs no pause.
 */
function pauseText(job: Job): string {
  const delay = keysOfJob(job)['in'];
  const seconds = typeof delay === 'string' ? Math.ceil(parseDuration(delay) / SECOND) : 0;
  return seconds > 1 ? `sleep ${seconds} && ` : '';
}

/** Whether cron starts a command in its folder anyway: the home folder of the user who owns the crontab. */
function isAtHome(job: Job, env: SharedVariables['env']): boolean {
  const { cwd } = keysOfJob(job);
  return env['HOME'] === undefined ? cwd === '~' || cwd === '~/' : job.command.cwd === env['HOME'];
}

interface Around {
  /** The shell that cron uses. */
  readonly shell: string;
  /** The part before the command, which a list of commands must not split. */
  readonly before: string;
  readonly isLimited: boolean;
}

function runText({ run, shell }: Command, around: Around): string {
  if (typeof run !== 'string') return run.map(quotedValue).join(' ');
  const isPlain = shell === around.shell && !around.isLimited && (around.before === '' || !/[;&|#]/.test(run));
  return isPlain ? run : `${shell} -c ${quotedValue(run)}`;
}
