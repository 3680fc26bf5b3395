import { chrony } from './chrony.js';
import type { TimeSourceKind } from './kind.js';
import { sntp } from './sntp.js';
import { createStateSource, state } from './state.js';

export { createStateSource };

/** All kinds of time sources. */
export const timeSourceKinds: readonly TimeSourceKind[] = [sntp, chrony, state];
