import { chrony } from './chrony.js';
import type { TimeSourceKind } from './kind.js';
import { sntp } from './sntp.js';

/** Every way to ask for the time. */
export const timeSourceKinds: readonly TimeSourceKind[] = [sntp, chrony];
