export { buildAdHoc, rebuildAdHoc, type AdHocDefinition } from './build-ad-hoc.js';
export type { Settings } from './build-file.js';
export { aboutBug, type Diagnostic } from './diagnostic.js';
export { loadTimerFile, parseTimerFile, type Loaded, type TimerFile } from './load.js';
export type { Machine } from './machine.js';
export { readableFile, type ReadableFile } from './readable.js';
export { readRunTimes } from './read-run-times.js';
export { readToken } from './build-http.js';
export { rootDistrust, Trust } from './trust.js';
