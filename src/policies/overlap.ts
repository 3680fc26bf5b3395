import type { AdmissionPolicy, JobView, Verdict } from '../domain/policy.js';

/** What to do with a firing that comes due while a run of the same job is active. */
export type OverlapKind = 'skip' | 'queue' | 'allow' | 'replace';

const ADMIT: Verdict = { kind: 'admit' };
const SKIP: Verdict = { kind: 'skip', reason: 'overlap' };
const WAIT: Verdict = { kind: 'wait' };

const whileRunning: Record<OverlapKind, (view: JobView) => Verdict> = {
  skip: () => SKIP,
  queue: (view) => (view.waiting === 0 ? WAIT : SKIP),
  allow: () => ADMIT,
  replace: () => ({ kind: 'replace' }),
};

const policies = new Map<OverlapKind, AdmissionPolicy>();

/**
 * Returns the admission policy for one of the four kinds. It is stateless, so one object serves all jobs.
 *
 * Firings that `catch_up` selected do not skip each other: except with `allow`, they run one after the other.
 */
export function overlap(kind: OverlapKind): AdmissionPolicy {
  let policy = policies.get(kind);
  if (policy === undefined) {
    policy = {
      name: 'overlap',
      admit({ trigger }, view) {
        if (view.running === 0) return ADMIT;
        return trigger === 'catch_up' && kind !== 'allow' ? WAIT : whileRunning[kind](view);
      },
    };
    policies.set(kind, policy);
  }
  return policy;
}
