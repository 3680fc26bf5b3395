import type { ChildProcess } from 'node:child_process';
import type { Cancellation } from '../../domain/cancellation.js';
import type { Clock } from '../../domain/clock.js';
import type { Command } from '../../domain/command.js';
import type { AttemptIo, Executor } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import type { ExecutorContext, ExecutorKind } from '../kind.js';
import { readEnvFile } from './env-file.js';
import { inheritedBy, otherUser } from './environment.js';
import { launch } from './launch.js';
import { OutputFiles } from './output-file.js';
import { CommandOutput } from './command-output.js';
import { ProcessGroup } from './process-group.js';

/** Processes of this machine. */
export const shell: ExecutorKind = {
  key: 'shell',
  summary: 'a command of this machine, given to the shell or as a list of arguments',
  create: createShellExecutor,
};

/** Creates the executor that runs commands as processes of this machine, each attempt in a process group of its own. */
export function createShellExecutor({ clock, environment, distrust }: ExecutorContext): Executor {
  const inherited = { ...environment };
  const files = new OutputFiles(clock);
  return {
    async execute(command, io) {
      try {
        const env = {
          ...inheritedBy(command, inherited),
          ...(command.envFile !== undefined && (await readEnvFile(command.envFile, command, { clock, distrust }))),
          ...command.env,
          ...io.env,
        };
        return await attempt(command, io, { clock, files, env });
      } catch (error) {
        return { kind: 'not_started', code: 126, error: (error as Error).message };
      }
    },
  };
}

interface Surroundings {
  readonly clock: Clock;
  readonly files: OutputFiles;
  readonly env: NodeJS.ProcessEnv;
}

async function attempt(command: Command, io: AttemptIo, { clock, files, env }: Surroundings): Promise<Exit> {
  // Canceled while its env_file was read: what never ran ends as the signal would have ended it.
  if (io.cancellation.cause) return { kind: 'signaled', signal: 'SIGTERM' };
  const launched = await launch(command, env);
  if ('kind' in launched) return launched;
  const { child, pid } = launched;
  const exited = exitOf(child, io.cancellation);
  const output = new CommandOutput(child, command.output, { io, clock, files, user: otherUser(command) });
  const group = new ProcessGroup(pid, clock);
  endWhenCanceled(group, io.cancellation, command);
  io.started(pid);
  const exit = await exited;
  await Promise.all([output.drain(), group.settle()]);
  return exit;
}

function exitOf(child: ChildProcess, cancellation: Cancellation): Promise<Exit> {
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      const exit: Exit = signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signaled', signal };
      cancellation.seal(exit);
      resolve(exit);
    });
  });
}

function endWhenCanceled(group: ProcessGroup, cancellation: Cancellation, { killAfter }: Command): void {
  const end = () => {
    if (cancellation.isForced) group.kill();
    else group.terminate(killAfter);
  };
  cancellation.onChange(end, () => group.hasEnded);
}
