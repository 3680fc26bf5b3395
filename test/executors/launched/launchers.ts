import { createExecaLauncher } from '../../../src/executors/shell/execa-launcher.js';
import { ForkerLauncher } from '../../../src/executors/shell/forker-launcher.js';
import { createShellExecutor, type ShellContext } from '../../../src/executors/shell/index.js';
import type { Clock } from '../../../src/domain/clock.js';
import type { Executor } from '../../../src/domain/executor.js';
import { MINUTE, SECOND } from '../../../src/domain/time.js';
import { compile, noCompiler, SANITIZED } from '../../support/c-compiler.js';

/** Which launcher the tests of this folder use: vitest.config.ts runs them on each. */
export const launcherName = process.env['TIMERS_TEST_LAUNCHER'] === 'forker' ? 'forker' : 'execa';

if (launcherName === 'forker' && noCompiler !== undefined)
  console.error(`the tests of processes run by execa only: ${noCompiler}`);

let program: string | undefined;

const LIMIT = 5 * SECOND;
/** Instead of {@link LIMIT}: how long a forker's first command may take on a busy machine. */
export const FIRST_COMMAND = 10 * MINUTE;

/** A launcher whose forker has sanitizers, and its process. */
export async function openForker(
  clock: Clock,
  more: Partial<ConstructorParameters<typeof ForkerLauncher>[0]> = {},
): Promise<ForkerLauncher> {
  const launcher = new ForkerLauncher({
    program: (program ??= compile('native/forker.c', SANITIZED)),
    keep: false,
    clock: { ...clock, after: (delay, wake) => clock.after(delay === LIMIT ? FIRST_COMMAND : delay, wake) },
    fallback: createExecaLauncher(clock),
    onLost: () => undefined,
    onRestored: () => undefined,
    onFallback: () => undefined,
    ...more,
  });
  await launcher.open();
  return launcher;
}

/** The shell executor on the launcher of this test run. */
export async function createExecutor(context: ShellContext): Promise<Executor> {
  if (launcherName === 'execa' || noCompiler !== undefined) return createShellExecutor(context);
  return createShellExecutor({ ...context, launcher: await openForker(context.clock) });
}
