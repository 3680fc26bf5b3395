import type { ExecutorKind } from './kind.js';
import { shell } from './shell/index.js';

export { createShellExecutor } from './shell/index.js';

/** Every way to run commands. */
export const executorKinds: readonly ExecutorKind[] = [shell];
