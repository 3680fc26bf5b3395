export type { Retention, SetAside, StateOpening, StateOptions, StateReading } from './kind.js';
export { openState } from './open-state.js';
export { readState } from './read-state.js';
export { defaultStatePath } from './state-path.js';
