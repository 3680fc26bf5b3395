import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { accessSync, constants, statSync } from 'node:fs';
import { execa, type Options } from 'execa';
import type { Command } from '../../domain/command.js';
import type { Exit } from '../../domain/outcome.js';
import { enterAs, type Start } from './enter-as.js';
import { otherUser } from './environment.js';

type NotStarted = Extract<Exit, { kind: 'not_started' }>;

/** A command that runs; or why it does not. */
export type Launch = { readonly child: ChildProcess; readonly pid: number } | NotStarted;

/**
 * Whether the child that Node makes is ours. Out of file descriptors, Node makes a child whose error nobody could listen to, because execa
 * throws before it hands the child out; an error without a listener would end the whole program.
 */
let isLaunching = false;
subscribe('child_process', (message) => {
  if (isLaunching) (message as { process: ChildProcess }).process.on('error', () => undefined);
});

/**
 * Starts a command as the leader of a process group of its own, with an empty standard input.
 * Its output comes through pipes, except for `inherit`. Never rejects.
 */
export function launch(command: Command, env: NodeJS.ProcessEnv): Launch | Promise<Launch> {
  const words = typeof command.run === 'string' ? [command.shell, '-c', command.run] : command.run;
  const [program] = words;
  if (program === undefined) return notStarted(127, 'the command is empty');
  const trouble = otherUser(command) && troubleWithFolder(command.cwd);
  if (trouble !== undefined) return notStarted(126, trouble);
  const { program: first, args, input, ...place } = startOf(command, words, env);
  const output = command.output.to === 'inherit' ? 'inherit' : 'pipe';
  const options = {
    ...place,
    extendEnv: false,
    // With `detached` a signal reaches the whole group; execa's own ways to end a process reach the shell alone.
    detached: true,
    cleanup: false,
    stdio: ['ignore', output, output, ...(input ? [input] : [])],
    buffer: false,
    reject: false,
  } satisfies Options;
  isLaunching = true;
  try {
    const child = execa(first, args, options);
    if (child.pid !== undefined) {
      // The process tells its end by events; execa's own result, which waits for whoever holds the pipes, is nobody's business.
      child.catch(() => undefined);
      return { child, pid: child.pid };
    }
    return child.then(
      (result) => explain(result.cause, command, program),
      (error: unknown) => explain(error, command, program),
    );
  } catch (error) {
    return explain(error, command, program);
  } finally {
    isLaunching = false;
  }
}

function startOf(command: Command, words: readonly string[], env: NodeJS.ProcessEnv): Start {
  const { cwd, user } = command;
  const other = otherUser(command);
  if (other) return enterAs(other, { folder: cwd, command: words, env });
  const [program = '', ...args] = words;
  return { program, args, cwd, env, ...(user && { uid: user.uid, gid: user.gid }) };
}

const notStarted = (code: NotStarted['code'], error: string): NotStarted => ({ kind: 'not_started', code, error });

/** Puts a failed start into words, with the exit code a shell would have answered. */
function explain(cause: unknown, command: Command, program: string): NotStarted {
  const { code, message } = cause as NodeJS.ErrnoException;
  const what = typeof command.run === 'string' ? `the shell ${program}` : program;
  const trouble = troubleWithFolder(command.cwd);
  if (trouble !== undefined) return notStarted(126, trouble);
  switch (code) {
    case 'ENOENT':
      return notStarted(127, notFound(what, program));
    case 'EACCES':
      return notStarted(126, `${what} is not executable, or its folder is closed to this user`);
    case 'EPERM':
      return notStarted(126, `${what} could not be started: changing to user ${command.user?.uid ?? '?'} needs root`);
    case 'E2BIG':
      return notStarted(126, `${what} could not be started: its arguments and environment are too long for the system`);
    case 'EAGAIN':
      return notStarted(
        126,
        `${what} could not be started: the system's or user's limit of processes is reached (EAGAIN)`,
      );
    case 'ENOMEM':
      return notStarted(126, `${what} could not be started: the system is out of memory (ENOMEM)`);
    default:
      return notStarted(126, isOutOfFiles(cause) ? outOfFiles(what) : `${what} could not be started: ${message}`);
  }
}

function notFound(what: string, program: string): string {
  if (!program.includes('/')) return `${what} was not found in PATH`;
  try {
    statSync(program);
    return `${what} exists, but the interpreter its first line names does not`;
  } catch {
    return `${what} does not exist`;
  }
}

/** EMFILE reaches execa's caller as a TypeError about a child without pipes. */
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
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `the working directory ${folder} does not exist`;
    return `the working directory ${folder} cannot be entered: ${code ?? message}`;
  }
}
