import { accessSync, constants, statSync } from 'node:fs';
import type { Command } from '../../domain/command.js';
import type { AttemptIo } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import { enterAs } from './enter-as.js';
import { otherUser, type CommandVariables } from './environment.js';
import { notExecutable, whyNotFound, whyNotStartable, type Program } from './find-program.js';
import { LauncherDied, type Launched, type Launcher, type Start } from './launcher.js';
import { systemReason } from '../../system/system-reason.js';

type NotStarted = Extract<Exit, { kind: 'not_started' }>;

interface Surroundings {
  readonly env: CommandVariables;
  readonly io: AttemptIo;
  readonly launcher: Launcher;
  /** Called when the launcher is asked to start the process. */
  readonly asked: () => void;
}

/** Starts a command as the leader of its own process group, with empty standard input. Never rejects. */
export async function launch(command: Command, { env, io, launcher, asked }: Surroundings): Promise<Launched | Exit> {
  const words = typeof command.run === 'string' ? [command.shell, '-c', command.run] : command.run;
  const [name] = words;
  if (name === undefined) return notStarted(127, 'the command is empty');
  const program = programOf(command, name, env);
  const obstacle = otherUser(command) && obstacleTo(program);
  if (obstacle !== undefined) return obstacle;
  // A command that was canceled before it ran ends as the signal would have ended it.
  const unstarted: Exit = { kind: 'signaled', signal: 'SIGTERM' };
  try {
    const turn = launcher.turn?.();
    if (turn) await turn;
    if (io.startWithin === 0) return { kind: 'expired' };
    asked();
    return (await launcher.launch(startOf(command, words, env), io)) ?? unstarted;
  } catch (error) {
    return explain(error, command, program);
  }
}

const OUTPUTS = { log: 'apart', inherit: 'inherit', discard: 'together', file: 'together' } as const;

function startOf(command: Command, words: readonly string[], env: CommandVariables): Start {
  const { cwd, user, output, killAfter: grace } = command;
  const [program = '', ...args] = words;
  const target = OUTPUTS[output.to];
  const other = otherUser(command);
  if (other) return { env, output: target, grace, ...enterAs(other, cwd, words) };
  return { env, output: target, grace, program, args, cwd, ...(user && { identity: { ...user, groups: [] } }) };
}

const notStarted = (code: NotStarted['code'], error: string): NotStarted => ({ kind: 'not_started', code, error });

function programOf({ run, cwd }: Command, name: string, { shared, own }: CommandVariables): Program {
  const path = own['PATH'] ?? shared['PATH'];
  return { name, what: typeof run === 'string' ? `the shell ${name}` : name, cwd, path };
}

/**
 * Returns an obstacle that concerns every user. For another user's command, the system would report it to the shell
 * that becomes the command, not to us.
 */
function obstacleTo(program: Program): NotStarted | undefined {
  const trouble = troubleWithFolder(program.cwd);
  if (trouble !== undefined) return notStarted(126, trouble);
  const found = whyNotStartable(program);
  return found && notStarted(found.code, found.reason);
}

/** Describes a failed start, with the exit code that a shell would return. */
function explain(cause: unknown, command: Command, program: Program): Exit {
  if (cause instanceof LauncherDied) return { kind: 'lost', error: cause.message };
  const { code } = cause as NodeJS.ErrnoException;
  const { what } = program;
  const trouble = troubleWithFolder(command.cwd);
  if (trouble !== undefined) return notStarted(126, trouble);
  switch (code) {
    case 'ENOENT':
      return notStarted(127, whyNotFound(program));
    case 'EACCES':
      return notStarted(126, notExecutable(program));
    case 'EPERM':
      return notStarted(126, `${what} could not be started: changing to user ${command.user?.uid ?? '?'} needs root`);
    case 'E2BIG':
      return notStarted(126, `${what} could not be started: its arguments and environment are too long for the system`);
    case 'EAGAIN':
      return notStarted(
        126,
        `${what} could not be started: the process limit of the system or the user is reached (EAGAIN)`,
      );
    case 'ENOMEM':
      return notStarted(126, `${what} could not be started: the system is out of memory (ENOMEM)`);
    default:
      return notStarted(
        126,
        isOutOfFiles(cause) ? outOfFiles(what) : `${what} could not be started: ${systemReason(cause)}`,
      );
  }
}

/** Returns whether no file descriptors are left. Execa reports EMFILE as a TypeError about a child without pipes. */
const isOutOfFiles = (cause: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes((cause as NodeJS.ErrnoException).code ?? '') ||
  (cause instanceof TypeError && cause.message.includes('stdio'));

const outOfFiles = (what: string): string =>
  `${what} could not be started: the limit of open files is reached (EMFILE); see \`ulimit -n\``;

function troubleWithFolder(folder: string): string | undefined {
  try {
    if (!statSync(folder).isDirectory()) return `the working directory ${folder} is not a directory`;
    accessSync(folder, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `the working directory ${folder} does not exist`;
    return `the working directory ${folder} cannot be entered: ${systemReason(error)}`;
  }
}
