import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import type { Dialect } from './dialect.js';

type Keys = Readonly<Record<string, unknown>>;

/** The context of a job's report. */
export interface Reporting {
  readonly dialect: Dialect;
  /** The shell of the timer, which its hooks use. */
  readonly shell: string;
  readonly differences: DifferenceList;
}

const MAIL = {
  message: 'The mail report is left out: timers sends no mail.',
  hint: 'Write notify: {run: …} with a command that sends mail.',
};
const SENTRY = {
  message: 'The report to Sentry is left out.',
  hint: 'Write ping: {sentry: DSN} for check-ins in Sentry.',
};

/** Reads the reports of `onFailure`, `onPermanentFailure` and `onSuccess`: shell commands become hooks. */
export function readReports(job: Fields, reporting: Reporting): Keys {
  const each = job.map('onFailure').map('report');
  const final = job.map('onPermanentFailure').map('report');
  const success = job.map('onSuccess').map('report');
  const { differences } = reporting;
  for (const report of [each, final, success]) tellChannels(report, differences);
  const [afterEach, afterAll] = [each, final].map((report) => hookOf(report, reporting));
  if (afterEach !== undefined && job.map('onFailure').map('retry').has('maximumRetries')) {
    const message = 'The report of onFailure runs after each failed attempt. on_failure runs once, after the last one.';
    differences.warning(each, message);
  }
  if (afterEach !== undefined && afterAll !== undefined) {
    differences.warning(each, 'A timer has only one on_failure, which runs the report of onPermanentFailure.');
  }
  const onFailure = afterAll ?? afterEach;
  const onSuccess = hookOf(success, reporting);
  return {
    ...(onFailure !== undefined && { on_failure: onFailure }),
    ...(onSuccess !== undefined && { on_success: onSuccess }),
    ...webhook(final.has('webhook') ? final : each, reporting),
  };
}

function tellChannels(report: Fields, differences: DifferenceList): void {
  if (report.map('mail').has('to')) differences.warning(report.place('mail'), MAIL.message, MAIL.hint);
  const dsn = report.map('sentry').map('dsn');
  if (dsn.keys.some((key) => dsn.has(key))) differences.warning(report.place('sentry'), SENTRY.message, SENTRY.hint);
  report.ignore('mail', 'sentry');
  for (const key of ['mail', 'sentry']) report.map(key).ignoreAll();
}

/** Returns the command of a hook. A hook uses the shell of its timer, so another shell is part of the command. */
function hookOf(report: Fields, { dialect, shell, differences }: Reporting): string | readonly string[] | undefined {
  const hook = report.map('shell');
  const own = hook.text('shell') ?? '/bin/sh';
  const command = hook.value('command');
  if (command === undefined) return undefined;
  tellVariables(hook, dialect, differences);
  if (command.kind === 'list') return hook.texts('command');
  const text = withOurVariables(hook.text('command') ?? '');
  return own === shell ? text : [own, '-c', text];
}

/** Variables of a report, and their equivalents here. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ['JOB_NAME', 'TIMERS_TASK_NAME'],
  ['RETCODE', 'TIMERS_EXIT_CODE'],
  ['FAIL_REASON', 'TIMERS_ERROR'],
  ['STDERR', 'TIMERS_OUTPUT_TAIL'],
  ['STDOUT', 'TIMERS_OUTPUT_TAIL'],
  ['RUN_ID', 'TIMERS_RUN_ID'],
]);

const VARIABLE = /\b(?:YACRON|CRONSTABLE)_([A-Z_]+)\b/g;

const withOurVariables = (text: string): string =>
  text.replace(VARIABLE, (written, name: string) => VARIABLES.get(name) ?? written);

function tellVariables(hook: Fields, { name }: Dialect, differences: DifferenceList): void {
  const used = [...hook.texts('command').join(' ').matchAll(VARIABLE)];
  const lost = used.flatMap(([written, variable = '']) => (VARIABLES.has(variable) ? [] : written));
  if (lost.length > 0)
    differences.warning(hook.place('command'), `${[...new Set(lost)].join(' and ')} of ${name} is not set here.`);
  const hasOutput = used.some(([, variable]) => variable === 'STDERR' || variable === 'STDOUT');
  if (!hasOutput) return;
  const message = 'TIMERS_OUTPUT_TAIL has the end of both streams combined.';
  differences.note(hook.place('command'), message);
}

/** Reads `report.webhook` of cronstable. */
function webhook(report: Fields, { differences }: Reporting): Keys {
  const hook = report.map('webhook');
  if (hook.keys.length === 0) return {};
  const target = hook.map('url').text('value');
  const variable = hook.map('url').text('fromEnvVar');
  hook.ignoreAll();
  if (target === undefined) {
    const hint = `Write notify: {webhook: ${variable === undefined ? 'URL' : `\${${variable}}`}}.`;
    differences.warning(report.place('webhook'), 'The webhook is left out: its address is not in the file.', hint);
    return {};
  }
  differences.warning(report.place('webhook'), 'The webhook receives JSON from timers, not the body of the report.');
  return { notify: { webhook: target, on: ['failed', 'still_failing'] } };
}
