export type { Retention, StateOpening, StateReading } from './state-options.js';
export { isInUse } from './state-lock.js';
export { openState } from './open-state.js';
export { plantedLinkOn } from './planted-link.js';
export { readState } from './read-state.js';
export { realPath } from './real-path.js';
export { defaultStatePath } from './state-path.js';
