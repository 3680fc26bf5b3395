import type { Job } from '../../domain/job.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import type { ExportDifference } from '../kind.js';
import { keysLeftOut, type TimerKeys } from '../timer-keys.js';
import { retryOfKeys, type ReadRetry } from './cron-job.js';
import type { CronJobTimes } from './cron-job-times.js';

type Words = Omit<ExportDifference, 'timer'>;

/** Keys that a CronJob can express. */
const CARRIED = [
  ...['cron', 'every', 'run', 'description', 'enabled', 'overlap', 'catch_up', 'deadline', 'timeout', 'kill_after'],
  ...['retry', 'env', 'cwd', 'tags'],
];

/** Returns what is different in Kubernetes, except for the firings themselves. */
export function differencesOf(job: Job, keys: TimerKeys, times: CronJobTimes): readonly ExportDifference[] {
  const found = [...aboutTimes(times), ...aboutRuns(job, keys), ...aboutRetries(keys)];
  return [...found.map((words) => ({ timer: job.name, ...words })), ...keysLeftOut(job, CARRIED)];
}

function aboutTimes(times: CronJobTimes): readonly Words[] {
  if ('refusal' in times) return [];
  const several = 'Each expression becomes a CronJob, and these do not wait for each other.';
  const created = 'Kubernetes counts @every from the time at which the CronJob is created.';
  return [
    ...(times.schedules.length > 1 ? [{ severity: 'warning', message: several } as const] : []),
    ...(times.countsFromCreation ? [{ severity: 'warning', message: created } as const] : []),
  ];
}

function aboutRuns({ command }: Job, keys: TimerKeys): readonly Words[] {
  const { cwd } = keys;
  const [word = ''] = typeof command.run === 'string' ? [] : command.run;
  return [
    ...aboutLateness(keys),
    ...(typeof cwd === 'string' && !cwd.startsWith('/')
      ? [{ severity: 'warning', message: `cwd is left out: ${cwd} is not an absolute path in the image.` } as const]
      : []),
    ...(word.startsWith('.')
      ? [{ severity: 'warning', message: `${word} starts from the working folder of the image.` } as const]
      : []),
  ];
}

const FORBID =
  'With Forbid, Kubernetes starts the latest skipped firing when the run ends, within startingDeadlineSeconds.';
const LATE = 'A firing may start up to 30 s late (startingDeadlineSeconds), because Kubernetes checks only every 10 s.';
const LATEST = 'catch_up: Kubernetes starts only the latest missed firing.';

function aboutLateness(keys: TimerKeys): readonly Words[] {
  const { catch_up: catchUp, deadline, overlap = 'skip' } = keys;
  const isLate = (catchUp === undefined || catchUp === false) && deadline === undefined;
  const catchesAll = (catchUp as { readonly policy?: string } | undefined)?.policy === 'all';
  const rounded = ['timeout', 'kill_after', 'catch_up', 'deadline'].filter((key) => Number(keys[key]) % SECOND > 0);
  const found: readonly (readonly [boolean, Words])[] = [
    [overlap === 'skip', { severity: 'note', message: FORBID }],
    [overlap !== 'skip' && isLate, { severity: 'note', message: LATE }],
    [catchesAll, { severity: 'warning', message: LATEST }],
    [
      rounded.length > 0,
      { severity: 'note', message: `Kubernetes counts whole seconds: ${rounded.join(', ')} is rounded up.` },
    ],
  ];
  return found.flatMap(([applies, words]) => (applies ? words : []));
}

function aboutRetries(keys: TimerKeys): readonly Words[] {
  const retry = retryOfKeys(keys);
  const lost = retry.on?.filter((failure) => typeof failure !== 'number') ?? [];
  const found: Words[] = [];
  if ((retry.attempts ?? 1) > 1 && !hasPausesOfKubernetes(retry))
    found.push({
      severity: 'warning',
      message: 'Kubernetes retries after 10 s, 20 s, 40 s and so on, up to 6 min.',
    });
  if (lost.length > 0)
    found.push({
      severity: 'warning',
      message: `retry.on: ${lost.join(', ')} is left out: rules match only exit codes.`,
    });
  return found;
}

const hasPausesOfKubernetes = ({ delay = SECOND, factor = 2, max_delay: longest = MINUTE }: ReadRetry): boolean =>
  delay === 10 * SECOND && factor === 2 && longest >= 5 * MINUTE;
