import { SECOND } from '../../domain/time.js';
import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import { durationText } from '../duration-text.js';

type Keys = Readonly<Record<string, unknown>>;

/** Kubernetes' defaults. */
const [BACKOFF_LIMIT, GRACE_SECONDS] = [6, 30];

/** Reads how the controller treats late, overlapping and suspended firings. */
export function readFirings(spec: Fields, differences: DifferenceList): Keys {
  const deadline = seconds(spec, 'startingDeadlineSeconds');
  const policy = spec.text('concurrencyPolicy');
  if (policy === 'Forbid') {
    const message =
      'Kubernetes skips a firing while a run is active, and starts the latest skipped one when the run ends. overlap: queue does the same.';
    differences.note(spec.place('concurrencyPolicy'), message, 'Write overlap: skip to drop it.');
  }
  const isSuspended = spec.flag('suspend') === true;
  if (isSuspended) {
    const message =
      'When you resume a CronJob, Kubernetes starts its latest missed firing. Here the first run is the next firing.';
    differences.note(spec.place('suspend'), message);
  }
  tellHistory(spec, differences);
  return {
    ...(isSuspended && { enabled: false }),
    catch_up: deadline === undefined || deadline === '0s' ? true : deadline,
    ...(deadline !== undefined && deadline !== '0s' && { deadline }),
    overlap: OVERLAPS.get(policy ?? 'Allow') ?? 'allow',
  };
}

const OVERLAPS: ReadonlyMap<string, string> = new Map([
  ['Allow', 'allow'],
  ['Forbid', 'queue'],
  ['Replace', 'replace'],
]);

function tellHistory(spec: Fields, differences: DifferenceList): void {
  const limits = ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'];
  const [first] = limits.filter((key) => spec.has(key));
  spec.ignore(...limits);
  if (first === undefined) return;
  const message = 'The history limits of jobs are left out: timers keeps 1000 outcomes for each timer, for 30 days.';
  differences.note(spec.place(first), message, 'Set history at the top of the timer file for other limits.');
}

/** Reads how jobs fail: retries, deadlines and signals. */
export function readJobFailures(job: Fields, pod: Fields, differences: DifferenceList): Keys {
  const ofPod = seconds(pod, 'activeDeadlineSeconds');
  const ofJob = seconds(job, 'activeDeadlineSeconds');
  const attempts = (job.number('backoffLimit') ?? BACKOFF_LIMIT) + 1;
  if (ofJob !== undefined && attempts > 1) {
    const message = 'activeDeadlineSeconds limits all attempts of a job together. Here timeout limits each attempt.';
    differences.warning(job.place('activeDeadlineSeconds'), message);
  }
  const isFinalTimeout = ofPod === undefined && ofJob !== undefined;
  return {
    ...readTimeout(pod, ofPod ?? ofJob),
    ...(attempts > 1 && { retry: retryOf(job, pod, { attempts, isFinalTimeout }) }),
  };
}

function readTimeout(pod: Fields, timeout: string | undefined): Keys {
  const grace = pod.number('terminationGracePeriodSeconds');
  if (timeout === undefined && grace === undefined) return {};
  return { ...(timeout && { timeout }), kill_after: durationText((grace ?? GRACE_SECONDS) * SECOND) };
}

/**
 * Reads the retries. Kubernetes waits up to 6 min before it starts a new pod, and up to 5 min before it restarts a
 * container.
 */
function retryOf(
  job: Fields,
  pod: Fields,
  { attempts, isFinalTimeout }: { attempts: number; isFinalTimeout: boolean },
): Keys {
  const restarts = pod.text('restartPolicy') === 'OnFailure';
  const { on, notOn } = exitCodes(job);
  const final = [...(isFinalTimeout ? ['timeout'] : []), ...notOn];
  return {
    attempts,
    delay: '10s',
    max_delay: restarts ? '5m' : '6m',
    ...(on.length > 0 && { on }),
    ...(final.length > 0 && { not_on: final }),
  };
}

/**
 * Returns the exit codes of the rules in `podFailurePolicy` that fail a job. Other rules stay unread, and are reported.
 */
function exitCodes(job: Fields): { readonly on: readonly number[]; readonly notOn: readonly number[] } {
  const rules = job.map('podFailurePolicy').maps('rules');
  const codes = { on: [] as number[], notOn: [] as number[] };
  for (const rule of rules) {
    const condition = rule.map('onExitCodes');
    if (rule.text('action') !== 'FailJob' || condition.keys.length === 0) continue;
    condition.ignore('containerName');
    const values = condition.texts('values').map(Number);
    if (condition.text('operator') === 'NotIn') codes.on.push(...values);
    else codes.notOn.push(...values);
  }
  return codes;
}

function seconds(fields: Fields, key: string): string | undefined {
  const number = fields.number(key);
  return number === undefined || number < 0 ? undefined : durationText(number * SECOND);
}
