import type { Cancellation } from '../../domain/cancellation.js';
import type { Clock } from '../../domain/clock.js';
import type { Command } from '../../domain/command.js';
import type { AttemptIo, Executor } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import type { ExecutorContext, ExecutorKind, ExecutorTerm } from '../kind.js';
import { readEnvFile } from './env-file.js';
import { inheritedEnvironment, otherUser, type CommandVariables } from './environment.js';
import { FileLanes } from './file-lanes.js';
import { createExecaLauncher } from './execa-launcher.js';
import { launch } from './launch.js';
import type { Launched, Launcher } from './launcher.js';
import { OutputFiles } from './output-file.js';
import { CommandOutput } from './command-output.js';
import { ProcessGroup } from './process-group.js';
import { RunProcesses } from './run-processes.js';
import { Strays } from './strays.js';

/** Runs commands as processes of this machine. */
export const shell = { create: createShellExecutor } satisfies ExecutorKind;

export interface ShellContext extends ExecutorContext {
  /** Default: execa. */
  readonly launcher?: Launcher | undefined;
}

/** Creates the executor that runs commands as processes of this machine, each attempt in its own process group. */
export function createShellExecutor(context: ShellContext): Executor {
  const { clock, environment, distrust, networkMount, term } = context;
  const launcher = during(term, context.launcher ?? createExecaLauncher(clock));
  const inherited = { ...environment };
  const lanes = new FileLanes(clock, networkMount);
  const files = new OutputFiles(clock, lanes);
  const processes = new RunProcesses(clock);
  return {
    async execute(command, io) {
      const node = term?.environment['TIMERS_NODE'];
      if (node !== undefined) io.taken?.(node);
      try {
        const own = {
          ...(command.envFile !== undefined &&
            (await readEnvFile(command.envFile, command, { clock, distrust, lanes }))),
          ...command.env,
          ...io.env,
          ...term?.environment,
        };
        return await attempt(command, io, {
          clock,
          files,
          launcher,
          processes,
          env: { shared: inheritedEnvironment(command, inherited), own },
        });
      } catch (error) {
        return { kind: 'not_started', code: 126, error: (error as Error).message };
      }
    },
  };
}

/**
 * Restricts a launcher to a term. This machine may have been suspended since the engine decided, and another machine
 * may have taken over.
 */
function during(term: ExecutorTerm | undefined, launcher: Launcher): Launcher {
  if (term === undefined) return launcher;
  const launch: Launcher['launch'] = async (start, io) => {
    const until = term.heldUntil(io);
    if (until === undefined) throw new Error('this machine may no longer start it');
    return launcher.launch({ ...start, until }, io);
  };
  return {
    turn: () => launcher.turn?.(),
    launch: (start, io) =>
      launch(start, io).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ECANCELED') throw error;
        // On a busy machine, the lease may have been renewed in the meantime.
        return launch(start, io);
      }),
  };
}

interface Surroundings {
  readonly clock: Clock;
  readonly files: OutputFiles;
  readonly launcher: Launcher;
  readonly processes: RunProcesses;
  readonly env: CommandVariables;
}

async function attempt(command: Command, io: AttemptIo, around: Surroundings): Promise<Exit> {
  const { clock, files, launcher, processes, env } = around;
  let askedAt = 0;
  const launched = await launch(command, { env, io, launcher, asked: () => (askedAt = clock.monotonic()) });
  if ('kind' in launched) return launched;
  const { pid, sources } = launched;
  const exited = exitOf(launched, io);
  const output = new CommandOutput(sources, command.output, { io, clock, files, user: otherUser(command) });
  const group = new ProcessGroup(pid, clock);
  const strays = new Strays(pid, { io, clock, processes });
  endWhenCanceled({ group, strays }, io.cancellation, command);
  io.started(pid, clock.monotonic() - askedAt);
  const exit = await exited;
  await Promise.all([output.drain(), group.settle().then(() => strays.settle())]);
  return exit;
}

async function exitOf({ ended, release }: Launched, io: AttemptIo): Promise<Exit> {
  const { exit, usage } = await ended;
  io.cancellation.seal(exit);
  release();
  if (usage) io.used?.(usage);
  return exit;
}

function endWhenCanceled(
  { group, strays }: { readonly group: ProcessGroup; readonly strays: Strays },
  cancellation: Cancellation,
  { killAfter }: Command,
): void {
  const end = () => {
    if (cancellation.isForced) group.kill();
    else group.terminate(killAfter);
    strays.end(cancellation.isForced ? 0 : killAfter);
  };
  cancellation.onChange(end, () => group.hasEnded);
}
