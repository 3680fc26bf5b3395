export { breaker } from './breaker.js';
export { catchUp } from './misfire.js';
export { overlap } from './overlap.js';
export { retry, type RetryOptions } from './retry.js';
