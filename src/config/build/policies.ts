import type { Job } from '../../domain/job.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { breaker, catchUp, overlap, retry, type RetryOptions } from '../../policies/index.js';
import type { MapReport } from './map-report.js';
import { withoutUndefined } from './without-undefined.js';
import type { RetryValues, TimerValues } from '../check/schema.js';

/** The rules of a timer, as policies. */
export type Policies = Pick<Job, 'admission' | 'misfire' | 'retry' | 'breaker'>;

export function buildPolicies(values: TimerValues, report: MapReport, random: () => number): Policies {
  const breaker = buildBreaker(values.breaker, report);
  return {
    admission: [overlap(values.overlap ?? 'skip')],
    misfire: buildCatchUp(values.catch_up),
    retry: values.retry === undefined ? ONCE : buildRetry(values.retry, report, random),
    ...(breaker !== undefined && { breaker }),
  };
}

const RETRY = { attempts: 1, delay: SECOND, factor: 2, jitter: false };

/**
 * Returns the options of `retry`, with defaults. Without `attempts` there is no retry. The default pauses are 1 s, 2 s,
 * 4 s …, at most 1 min, without jitter.
 */
export function retryOptions(written: TimerValues['retry']): RetryOptions {
  const given: RetryValues = typeof written === 'object' ? written : withoutUndefined({ attempts: written });
  const { attempts, delay, factor, jitter } = { ...RETRY, ...withoutUndefined(given) };
  const maxDelay = given.max_delay ?? Math.max(MINUTE, delay);
  return { attempts, delay, factor, maxDelay, jitter, ...withoutUndefined({ on: given.on, notOn: given.not_on }) };
}

/** The policy without `retry`. Policies have no state, so one object is enough. */
const ONCE = retry(retryOptions(undefined), () => 0);
const NONE = catchUp({ policy: 'none' });

function buildRetry(written: TimerValues['retry'], report: MapReport, random: () => number): Job['retry'] {
  const options = retryOptions(written);
  if (typeof written === 'object' && written.attempts === undefined) {
    report.warn('retry', {
      code: 'no-attempts',
      message: 'retry has no attempts, so nothing is retried.',
      hint: 'Add attempts: 3.',
    });
  }
  if (options.maxDelay < options.delay) {
    report.error(
      'retry',
      { code: 'bad-value', message: 'retry: max_delay is shorter than delay.' },
      { item: 'max_delay' },
    );
  }
  return retry(options, random);
}

function buildCatchUp(written: TimerValues['catch_up']): Job['misfire'] {
  if (written === undefined || written === false) return NONE;
  if (written === true) return catchUp({ policy: 'latest' });
  if (typeof written === 'number') return catchUp({ policy: 'latest', within: written });
  const { policy = 'latest', within } = written;
  return catchUp({ policy, ...withoutUndefined({ within }) });
}

function buildBreaker(written: TimerValues['breaker'], report: MapReport): Job['breaker'] {
  if (written === undefined) return undefined;
  const { failures, cooldown = 5 * MINUTE } = typeof written === 'number' ? { failures: written } : written;
  if (failures !== undefined) return breaker({ failures, cooldown });
  const hint = 'For example: breaker: {failures: 3, cooldown: 5m}';
  report.error('breaker', {
    code: 'missing-failures',
    message: 'breaker: failures is missing. It is the number of failed runs that opens the breaker.',
    hint,
  });
  return undefined;
}
