export { breaker } from './breaker.js';
export { catchUp } from './catch-up.js';
export { overlap } from './overlap.js';
export { retry, type RetryOptions } from './retry.js';
