export type { Settings, StatePlace } from './build-file.js';
export type { Diagnostic } from './diagnostic.js';
export { loadTimerFile, parseTimerFile, type Loaded, type TimerFile, type TimerText } from './load.js';
export type { Machine } from './machine.js';
