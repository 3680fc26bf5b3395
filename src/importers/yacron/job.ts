import { SECOND } from '../../domain/time.js';
import { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import type { Difference, ImportContext, ImportedTimer } from '../kind.js';
import { durationText, withoutMissing } from '../duration-text.js';
import type { Dialect } from './dialect.js';
import { readRunFailures } from './failures.js';
import { reportUnreadKeys } from './unread-keys.js';
import { readReports } from './reports.js';
import { readJobSchedule } from './schedule.js';

type Keys = Readonly<Record<string, unknown>>;

interface JobContext {
  readonly dialect: Dialect;
  readonly context: ImportContext;
}

/** A timer, or the reason why there is none. */
export interface ReadJob {
  readonly timer?: ImportedTimer;
  readonly differences: readonly Difference[];
}

/** Reads a job into which its defaults are merged. */
export function readJob(job: Fields, { dialect, context }: JobContext): ReadJob {
  const differences = new DifferenceList();
  const name = job.text('name') ?? 'job';
  const reading = { dialect, name, machineZone: context.timezone, differences };
  const schedule = readJobSchedule(job, reading);
  const run = runOf(job, differences);
  if (schedule === undefined || run === undefined) return { differences: differences.list() };
  const { keys, original, whenDifferent } = schedule;
  const shell = job.text('shell') ?? '/bin/sh';
  const timer = {
    name,
    place: { file: job.file, line: job.line },
    keys: {
      ...keys,
      ...readMisfires(job),
      ...readOverlap(job),
      ...(job.flag('enabled') === false && { enabled: false }),
      run,
      ...(shell !== '/bin/sh' && shell !== '' && { shell }),
      ...readEnvironment(job, { dialect, context }, differences),
      ...readUser(job, differences),
      ...readOutput(job, differences),
      ...readRunFailures(job, dialect, differences),
      ...readReports(job, { dialect, shell, differences }),
    },
    ...withoutMissing({ original, whenDifferent }),
  };
  reportUnreadKeys(job, differences);
  return { timer: { ...timer, differences: differences.list() }, differences: [] };
}

function runOf(job: Fields, differences: DifferenceList): string | readonly string[] | undefined {
  const command = job.value('command');
  if (command?.kind === 'scalar' && command.text.trim() !== '') return command.text;
  const words = job.texts('command');
  if (command?.kind === 'list' && words.length > 0) return words;
  differences.error(job.place('command'), 'The job is left out: it has no command.');
  return undefined;
}

/** Reads `onMissed` and `startingDeadlineSeconds` of cronstable. */
function readMisfires(job: Fields): Keys {
  const policy = job.text('onMissed');
  const seconds = job.number('startingDeadlineSeconds');
  const within = seconds === undefined ? undefined : durationText(seconds * SECOND);
  if (policy === 'run-all') return { catch_up: { policy: 'all', ...(within !== undefined && { within }) } };
  return policy === 'run-once' ? { catch_up: within ?? true } : {};
}

function readOverlap(job: Fields): Keys {
  const policy = job.text('concurrencyPolicy') ?? 'Allow';
  return { overlap: policy === 'Forbid' ? 'skip' : policy.toLowerCase() };
}

function readEnvironment(job: Fields, { dialect, context }: JobContext, differences: DifferenceList): Keys {
  const pairs = job.maps('environment').map((one) => [one.text('key') ?? '', one.text('value') ?? ''] as const);
  const file = job.text('env_file');
  if (file !== undefined) tellEnvFile(job, file, context, differences);
  const folder = job.text('workingDirectory');
  const hasVariable = [folder ?? '', file ?? '', ...pairs.map(([, value]) => value)].some((text) =>
    text.includes('${'),
  );
  if (dialect.expandsVariables && hasVariable) {
    const message = 'cronstable replaces ${NAME} in values. Here it stays unchanged, written as $${NAME}.';
    differences.warning(job, message, 'Write ${NAME} in the timer file to replace it here, too.');
  }
  return {
    ...(folder !== undefined && { cwd: folder }),
    ...(file !== undefined && { env_file: file }),
    ...(pairs.length > 0 && { env: Object.fromEntries(pairs) }),
  };
}

/** Warns about special characters in an environment file. yacron uses the text after the equals sign as written. */
function tellEnvFile(job: Fields, file: string, { readBeside }: ImportContext, differences: DifferenceList): void {
  const place = job.place('env_file');
  const text = readBeside(place.file, file)?.text;
  if (text === undefined || !/^[^#\n]*=.*["'\\$#]/m.test(text)) return;
  const message =
    'Here quotes, backslashes and # in env_file have a special meaning. In yacron, they are part of the value.';
  differences.warning(place, message, 'Check the values with timers trigger.');
}

function readUser(job: Fields, differences: DifferenceList): Keys {
  const [user, group] = [job.text('user'), job.text('group')];
  if (user !== undefined) return { user: group === undefined ? user : `${user}:${group}` };
  if (group !== undefined) {
    const message = `The group ${group} is left out: a timer changes its group only together with its user.`;
    differences.warning(job.place('group'), message, `Write user: NAME:${group}.`);
  }
  return {};
}

/** Reads where the output goes. Streams that yacron does not capture go to its own streams. */
function readOutput(job: Fields, differences: DifferenceList): Keys {
  const isCaptured = [job.flag('captureStderr') ?? true, job.flag('captureStdout') ?? false];
  const limits = ['saveLimit', 'maxLineLength', 'streamPrefix'];
  const [first] = limits.filter((key) => job.has(key));
  job.ignore(...limits);
  if (first !== undefined) {
    const message = 'Output prefixes and limits are left out: the log has the name of the timer in each record.';
    differences.note(job.place(first), message);
  }
  return isCaptured.includes(true) ? {} : { output: 'inherit' };
}
