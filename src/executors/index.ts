import type { ExecutorKind } from './kind.js';
import { shell } from './shell/index.js';

export { byPlace } from './by-place.js';
export type { ExecutorTerm } from './kind.js';
export { createExecaLauncher, loadExeca } from './shell/execa-launcher.js';
export { ForkerLauncher } from './shell/forker-launcher.js';
export type { Launcher } from './shell/launcher.js';
export { createProcOrphans } from './shell/orphans.js';

/** All ways to run commands, by key. */
export const executorKinds = { shell } as const satisfies Record<string, ExecutorKind>;
