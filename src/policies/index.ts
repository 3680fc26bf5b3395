export { catchUp, type CatchUpOptions } from './misfire.js';
export { overlap, type OverlapKind } from './overlap.js';
export { retry, type RetryCondition, type RetryOptions } from './retry.js';
