import type { Job } from '../../domain/job.js';
import { MINUTE, SECOND, type Duration } from '../../domain/time.js';
import type { TimerKeys } from '../timer-keys.js';
import { NAME_ANNOTATION, TAGS_ANNOTATION } from '../../importers/kubernetes/annotations.js';
import { containerOf } from './container.js';

type Value = Readonly<Record<string, unknown>>;

/** The facts for a CronJob besides its timer. */
export interface CronJobFrame {
  /** A DNS label of at most 52 characters. */
  readonly name: string;
  /** Whether this is the name of the timer, too, so that no annotation needs to keep it. */
  readonly isOwnName: boolean;
  readonly schedule: string;
  /** IANA name. */
  readonly timezone: string;
  readonly image: string;
}

/** How late a firing without `catch_up` may start: the controller checks every 10 s. */
const LATE_SECONDS = 30;

/** Writes a timer as a CronJob of `batch/v1`. */
export function cronJobOf(job: Job, keys: TimerKeys, frame: CronJobFrame): Value {
  const { name, isOwnName, schedule, timezone, image } = frame;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, ...metadataOf(job, isOwnName) },
    spec: {
      schedule,
      timeZone: timezone,
      concurrencyPolicy: POLICIES.get(String(keys['overlap'])) ?? 'Forbid',
      ...startingDeadline(keys),
      ...(!job.enabled && { suspend: true }),
      jobTemplate: { spec: jobOf(job, keys, { name, image }) },
    },
  };
}

const POLICIES: ReadonlyMap<string, string> = new Map([
  ['allow', 'Allow'],
  ['replace', 'Replace'],
]);

/**
 * Returns the metadata. Tags of the form `key=value` become labels, and `namespace=value` the namespace. Annotations
 * keep what has no other place.
 */
function metadataOf({ name, description, tags }: Job, isOwnName: boolean): Value {
  const pairs = tags.flatMap((tag) => {
    const [, key, value] = LABEL.exec(tag) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  const namespace = pairs.find(([key]) => key === 'namespace')?.[1];
  const labels = Object.fromEntries(pairs.filter(([key]) => key !== 'namespace'));
  const others = tags.filter((tag) => !isLabel(tag));
  const annotations = {
    ...(description !== undefined && { 'kubernetes.io/description': description }),
    ...(!isOwnName && { [NAME_ANNOTATION]: name }),
    ...(others.length > 0 && { [TAGS_ANNOTATION]: JSON.stringify(others) }),
  };
  return {
    ...(namespace !== undefined && { namespace }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

const LABEL = /^((?:[a-z0-9.-]+\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)=([A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)$/;

const isLabel = (tag: string): boolean => LABEL.test(tag);

const secondsOf = (duration: unknown): number => Math.max(1, Math.ceil(Number(duration) / SECOND));

function startingDeadline(keys: TimerKeys): Value {
  const written = keys['catch_up'];
  const within = typeof written === 'object' && written !== null ? (written as Value)['within'] : written;
  if (typeof within === 'number') return { startingDeadlineSeconds: secondsOf(within) };
  if (written !== undefined && written !== false) return {};
  return { startingDeadlineSeconds: typeof keys['deadline'] === 'number' ? secondsOf(keys['deadline']) : LATE_SECONDS };
}

/** `retry` as it was read, with durations in milliseconds. */
export interface ReadRetry {
  readonly attempts?: number;
  readonly delay?: Duration;
  readonly factor?: number;
  readonly max_delay?: Duration;
  readonly jitter?: boolean;
  readonly on?: readonly (number | string)[];
  readonly not_on?: readonly (number | string)[];
}

export const retryOfKeys = (keys: TimerKeys): ReadRetry => {
  const written = keys['retry'];
  return typeof written === 'object' && written !== null
    ? written
    : typeof written === 'number'
      ? { attempts: written }
      : {};
};

function jobOf(job: Job, keys: TimerKeys, container: { readonly name: string; readonly image: string }): Value {
  const retry = retryOfKeys(keys);
  const timeout = job.timeout === undefined ? {} : { activeDeadlineSeconds: secondsOf(job.timeout) };
  const isFinalTimeout = retry.not_on?.includes('timeout') === true;
  const policy = failurePolicy(retry);
  const restarts = policy === undefined && retry.max_delay === 5 * MINUTE;
  return {
    backoffLimit: (retry.attempts ?? 1) - 1,
    ...(isFinalTimeout && timeout),
    ...(policy && { podFailurePolicy: policy }),
    template: {
      spec: {
        restartPolicy: restarts ? 'OnFailure' : 'Never',
        ...(!isFinalTimeout && timeout),
        ...gracePeriod(job, keys),
        containers: [containerOf(job, keys, container)],
      },
    },
  };
}

/**
 * Returns the grace period, which applies when a pod is deleted, even without a timeout. Kubernetes waits 30 s by
 * default.
 */
const gracePeriod = ({ timeout, command }: Job, keys: TimerKeys): Value =>
  timeout === undefined && keys['kill_after'] === undefined
    ? {}
    : { terminationGracePeriodSeconds: Math.ceil(command.killAfter / SECOND) };

/** Returns the rules that make exit codes final: those in `not_on`, or all except those in `on`. */
function failurePolicy({ on = [], not_on: notOn = [] }: ReadRetry): Value | undefined {
  const rules = [
    ['In', notOn],
    ['NotIn', on],
  ] as const;
  const found = rules.flatMap(([operator, failures]) => {
    const values = failures.filter((failure) => typeof failure === 'number' && failure !== 0);
    return values.length === 0 ? [] : { action: 'FailJob', onExitCodes: { operator, values } };
  });
  return found.length === 0 ? undefined : { rules: found };
}
