import { pretty } from './console.js';
import { json } from './json-log.js';
import type { SinkKind } from './kind.js';

export { openDestination } from './writers.js';

/** Every form of the log. */
export const sinkKinds: readonly SinkKind[] = [json, pretty];
