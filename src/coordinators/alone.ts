import type { Claim, Coordinator } from '../domain/policy.js';

const OURS: Claim = { kind: 'ours' };

/** One machine: every firing is ours, and the answer comes at once. */
export const alone: Coordinator = { claim: () => OURS };
