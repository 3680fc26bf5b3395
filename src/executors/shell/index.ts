import type { Cancellation } from '../../domain/cancellation.js';
import type { Clock } from '../../domain/clock.js';
import type { Command } from '../../domain/command.js';
import type { AttemptIo, Executor } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import type { ExecutorContext, ExecutorKind } from '../kind.js';
import { readEnvFile } from './env-file.js';
import { inheritedBy, otherUser } from './environment.js';
import { FileLanes } from './file-lanes.js';
import { launch, type Launched } from './launch.js';
import { OutputFiles } from './output-file.js';
import { Pipes } from './pipes.js';
import { CommandOutput } from './command-output.js';
import { readStat, type ProcessStat } from './proc.js';
import { ProcessGroup } from './process-group.js';
import { RunProcesses } from './run-processes.js';
import { Strays } from './strays.js';

/** Processes of this machine. */
export const shell: ExecutorKind = {
  create: createShellExecutor,
};

/** Creates the executor that runs commands as processes of this machine, each attempt in a process group of its own. */
export function createShellExecutor({ clock, environment, distrust, networkMount }: ExecutorContext): Executor {
  const inherited = { ...environment };
  const lanes = new FileLanes(clock, networkMount);
  const files = new OutputFiles(clock, lanes);
  const pipes = new Pipes(clock);
  const processes = new RunProcesses(clock);
  return {
    async execute(command, io) {
      try {
        const env = {
          ...inheritedBy(command, inherited),
          ...(command.envFile !== undefined &&
            (await readEnvFile(command.envFile, command, { clock, distrust, lanes }))),
          ...command.env,
          ...io.env,
        };
        return await attempt(command, io, { clock, files, pipes, processes, env });
      } catch (error) {
        return { kind: 'not_started', code: 126, error: (error as Error).message };
      }
    },
  };
}

interface Surroundings {
  readonly clock: Clock;
  readonly files: OutputFiles;
  readonly pipes: Pipes;
  readonly processes: RunProcesses;
  readonly env: NodeJS.ProcessEnv;
}

async function attempt(command: Command, io: AttemptIo, around: Surroundings): Promise<Exit> {
  const { clock, files, pipes, processes, env } = around;
  const launched = await launch(command, { env, io, pipes });
  if ('kind' in launched) return launched;
  const { pid, sources } = launched;
  const exited = exitOf(launched, io.cancellation);
  const output = new CommandOutput(sources, command.output, { io, clock, files, user: otherUser(command) });
  const group = new ProcessGroup(pid, clock);
  const strays = new Strays(pid, { io, clock, processes });
  endWhenCanceled({ group, strays }, io.cancellation, command);
  io.started(pid);
  const exit = await exited;
  await Promise.all([output.drain(), group.settle().then(() => strays.settle())]);
  return exit;
}

function exitOf(launched: Launched, cancellation: Cancellation): Promise<Exit> {
  const unnamed = unnamedSignalOf(launched);
  return new Promise((resolve) => {
    launched.child.on('exit', (code, signal) => {
      const endedBy = signal ?? (code === 0 ? unnamed() : undefined);
      const exit: Exit =
        endedBy === undefined ? { kind: 'exited', code: code ?? 0 } : { kind: 'signaled', signal: endedBy };
      cancellation.seal(exit);
      resolve(exit);
    });
  });
}

/** Linux's real-time signals, with the two that its C libraries keep for themselves. */
const FIRST_UNNAMED = 32;

/**
 * Node has no names for signals from 32 on: of a command that one of them has ended it says "exit code 0". The truth is in `/proc` until Node
 * fetches the exit, and the pipes of a process close before that. Not seen where they stay open beyond it, because a background process holds
 * them or because there is more in them than was read.
 */
function unnamedSignalOf({ pid, sources }: Launched): () => string | undefined {
  let stat: ProcessStat | undefined;
  const look = () => {
    if (stat?.isOver !== true) stat = readStat(pid);
  };
  for (const { stream } of sources) stream.once('end', look);
  return () => (stat !== undefined && stat.endedBy >= FIRST_UNNAMED ? `SIG${stat.endedBy}` : undefined);
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
