import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../domain/clock.js';
import type { LauncherRecord } from '../domain/status-record.js';
import type { Companion } from '../engine/scheduler-parts.js';
import type { Scheduler } from '../engine/scheduler.js';
import { endsFileOf } from './compose.js';
import { createExecaLauncher, ForkerLauncher, type Launcher } from '../executors/index.js';
import type { Surroundings } from './surroundings.js';

/** What starts the commands of a scheduler. It keeps running after the last command, and ends with this process. */
export interface OpenLauncher extends Companion {
  readonly kind: LauncherRecord['kind'];
  /** Absent for execa. */
  readonly launcher?: Launcher;
  record(): LauncherRecord;
}

interface LauncherParts {
  readonly clock: Clock;
  readonly surroundings: Pick<Surroundings, 'err'>;
  /** The path of the state file. Next to it, the forker records how commands ended while no scheduler was running. */
  readonly stateFile: string | undefined;
  /** What happens to commands when the scheduler dies. */
  readonly orphans: 'kill' | 'keep';
  /** Receives the forker's events. */
  readonly scheduler: () => Pick<Scheduler, 'now' | 'emit'>;
}

/** Opens the forker if `choice` allows it and it can run a test command. Otherwise, opens execa. Never rejects. */
export async function openLauncher(choice: 'auto' | 'execa', parts: LauncherParts): Promise<OpenLauncher> {
  if (choice === 'execa') return byExeca(parts);
  if (process.platform !== 'linux') return byExeca(parts, 'timers-forker runs only on Linux');
  const program = fileURLToPath(new URL(`../../dist/native/timers-forker-linux-${process.arch}`, import.meta.url));
  if (!existsSync(program)) return byExeca(parts, 'timers-forker is not built for this machine');
  return openForker(program, parts);
}

async function openForker(program: string, parts: LauncherParts): Promise<OpenLauncher> {
  const { clock, orphans, scheduler, stateFile } = parts;
  let begin: () => void = () => undefined;
  // Resolves when the scheduler that receives the events has started.
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const at = () => scheduler().now();
  const forker = new ForkerLauncher({
    program,
    keep: orphans === 'keep',
    endsFile: stateFile === undefined ? undefined : endsFileOf(stateFile),
    clock,
    fallback: createExecaLauncher(clock),
    onLost: (pid, running, hung) =>
      void begun.then(() => scheduler().emit({ event: 'launcher.lost', at: at(), pid, running, hung })),
    onFallback: (error) =>
      void begun.then(() => scheduler().emit({ event: 'launcher.fallback', at: at(), reason: cannotBeUsed(error) })),
    onRestored: (pid) => void begun.then(() => scheduler().emit({ event: 'launcher.restored', at: at(), pid })),
  });
  try {
    await forker.open();
  } catch (error) {
    return byExeca(parts, cannotBeUsed((error as Error).message));
  }
  const kind = () => (forker.pid === undefined ? 'execa' : 'forker');
  return {
    kind: kind(),
    launcher: forker,
    record: () => ({
      kind: kind(),
      pid: forker.pid ?? null,
      left_running: forker.leftRunning() ?? null,
    }),
    start: () => begin(),
    stop: () => undefined,
  };
}

const cannotBeUsed = (reason: string): string => `timers-forker cannot be used: ${reason}`;

/**
 * Printed only without the forker. Node reaps only its own children, but the forker also reaps what commands leave
 * behind.
 */
const NO_INIT =
  'timers: running as PID 1, but timers does not reap processes that commands leave behind: they remain as zombies. Use an init, such as docker run --init or tini.';

/** Opens execa. `reason`: why the forker is not used, although the file and the command line allow it. */
const byExeca = ({ scheduler, surroundings }: LauncherParts, reason?: string): OpenLauncher => ({
  kind: 'execa',
  record: () => ({ kind: 'execa', pid: null, left_running: null }),
  start() {
    if (process.pid === 1) surroundings.err(NO_INIT);
    if (reason !== undefined) scheduler().emit({ event: 'launcher.fallback', at: scheduler().now(), reason });
  },
  stop: () => undefined,
});
