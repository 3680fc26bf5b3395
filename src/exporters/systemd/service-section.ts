import type { Command } from '../../domain/command.js';
import type { Job } from '../../domain/job.js';
import type { Duration } from '../../domain/time.js';
import { shortestInterval } from '../../schedules/index.js';
import type { TimerKeys } from '../timer-keys.js';
import { systemdSpan } from './timer-section.js';

/** Quotes a word by the rules of systemd.syntax(7), and keeps `%` from being a specifier. */
const unitWord = (text: string): string => {
  const escaped = text
    .replaceAll('%', '%%')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`)
    .replaceAll('\r', String.raw`\r`);
  return escaped === '' || /[\s"'\\;#]/.test(escaped) ? `"${escaped}"` : escaped;
};

/** Quotes a word of a command, so that `$` does not start a variable. */
const commandWord = (text: string): string => unitWord(text.replaceAll('$', '$$$$'));

/** Returns the lines of `[Service]`. */
export function serviceLines({ command, timeout }: Job, keys: TimerKeys): readonly string[] {
  return [
    'Type=oneshot',
    ...userLines(keys),
    `WorkingDirectory=${command.cwd.replaceAll('%', '%%')}`,
    ...Object.entries(command.env).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`),
    ...(command.envFile === undefined ? [] : [`EnvironmentFile=${command.envFile.replaceAll('%', '%%')}`]),
    ...(command.passEnv === undefined || command.passEnv.length === 0
      ? []
      : [`PassEnvironment=${command.passEnv.join(' ')}`]),
    `ExecStart=${execStart(command)}`,
    ...(timeout === undefined ? [] : [`TimeoutStartSec=${systemdSpan(timeout)}`]),
    // Applies when systemctl stops the service, even without a timeout.
    ...(timeout === undefined && keys['kill_after'] === undefined
      ? []
      : [`TimeoutStopSec=${systemdSpan(command.killAfter)}`]),
    ...successLines(command),
    ...retryLines(keys['retry']),
    ...outputLines(command),
  ];
}

function userLines({ user }: TimerKeys): readonly string[] {
  if (typeof user !== 'string' && typeof user !== 'number') return [];
  const [name = '', group] = `${user}`.split(':');
  return [`User=${name}`, ...(group === undefined ? [] : [`Group=${group}`])];
}

/** Writes a command. systemd does not replace variables in the name of the program. */
function execStart({ run, shell }: Command): string {
  const [program = '', ...args] = typeof run === 'string' ? [shell, '-c', run] : run;
  return [unitWord(program), ...args.map(commandWord)].join(' ');
}

function successLines({ successCodes }: Command): readonly string[] {
  const others = successCodes.filter((code) => code !== 0);
  return others.length === 0 ? [] : [`SuccessExitStatus=${others.join(' ')}`];
}

function outputLines({ output }: Command): readonly string[] {
  if (output.to === 'discard') return ['StandardOutput=null'];
  return output.to === 'file' ? [`StandardOutput=append:${output.file.replaceAll('%', '%%')}`] : [];
}

/** The settings of `retry`, with its defaults. */
export interface RetryWritten {
  readonly attempts: number;
  readonly delay: Duration;
  readonly factor: number;
  readonly on?: readonly unknown[];
  readonly not_on?: readonly unknown[];
}

export function retryWritten(value: unknown): RetryWritten | undefined {
  const given = typeof value === 'number' ? { attempts: value } : (value as Partial<RetryWritten> | undefined);
  const retry = { attempts: 1, delay: 1000, factor: 2, ...given };
  return retry.attempts > 1 ? retry : undefined;
}

/** Returns for which failures systemd restarts the service; `undefined` if systemd cannot distinguish them. */
export function restartOf({ on }: RetryWritten): string | undefined {
  const written = on === undefined ? '' : [...on].sort().join(' ');
  return (
    { '': 'on-failure', signal: 'on-abort', 'signal timeout': 'on-abnormal' } as Readonly<Record<string, string>>
  )[written];
}

function retryLines(value: unknown): readonly string[] {
  const retry = retryWritten(value);
  if (retry === undefined) return [];
  const codes = (retry.not_on ?? []).filter((one) => typeof one === 'number');
  return [
    `Restart=${restartOf(retry) ?? 'on-failure'}`,
    `RestartSec=${systemdSpan(retry.delay)}`,
    ...(codes.length === 0 ? [] : [`RestartPreventExitStatus=${codes.join(' ')}`]),
  ];
}

/** How many starts systemd allows, and in which interval. */
interface StartLimit {
  readonly interval: Duration;
  readonly burst: number;
}

/**
 * Returns the limit for a timer with `retry`. The interval is longer than all attempts take. systemd counts every start
 * in the interval, so firings that may come due in it are added.
 */
export function startLimitOf({ timeout = 0, schedule }: Job, { attempts, delay }: RetryWritten): StartLimit {
  const interval = attempts * (delay + timeout) + 10_000;
  const firings = Math.floor(interval / (shortestInterval(schedule) ?? Infinity));
  return { interval, burst: attempts + firings };
}

export function limitLines(job: Job, keys: TimerKeys): readonly string[] {
  const retry = retryWritten(keys['retry']);
  if (retry === undefined) return [];
  const { interval, burst } = startLimitOf(job, retry);
  return [
    `StartLimitIntervalSec=${systemdSpan(interval)}`,
    `StartLimitBurst=${burst}`,
    // systemd ignores X-Attempts, and `timers import` reads it.
    ...(burst === retry.attempts ? [] : [`X-Attempts=${retry.attempts}`]),
  ];
}
