import type { AdmissionPolicy, JobView, Verdict } from '../domain/policy.js';

/** What to do with a firing that comes due while a run of the same job is on. */
export type OverlapKind = 'skip' | 'queue' | 'allow' | 'replace';

const ADMIT: Verdict = { kind: 'admit' };
const SKIP: Verdict = { kind: 'skip', reason: 'overlap' };

const whileRunning: Record<OverlapKind, (view: JobView) => Verdict> = {
  skip: () => SKIP,
  queue: (view) => (view.waiting === 0 ? { kind: 'wait' } : SKIP),
  allow: () => ADMIT,
  replace: () => ({ kind: 'replace' }),
};

const policies = new Map<OverlapKind, AdmissionPolicy>();

/** The admission policy for one of the four kinds. Stateless, and so one object for all jobs. */
export function overlap(kind: OverlapKind): AdmissionPolicy {
  let policy = policies.get(kind);
  if (policy === undefined) {
    policy = { name: 'overlap', admit: (_firing, view) => (view.running === 0 ? ADMIT : whileRunning[kind](view)) };
    policies.set(kind, policy);
  }
  return policy;
}
