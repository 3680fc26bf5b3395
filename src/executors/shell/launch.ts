import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { accessSync, constants, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { execa, type Options } from 'execa';
import type { Command } from '../../domain/command.js';
import type { AttemptIo, OutputStream } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import { enterAs, type Start } from './enter-as.js';
import { otherUser } from './environment.js';
import { notExecutable, whyNotFound, whyNotStartable, type Program } from './find-program.js';
import { closeReaders, closeWriters, type Pipe, type Pipes } from './pipes.js';
import { systemReason } from '../../system/reason.js';

/** Of descriptors execa takes any, but its types name those below 10 only. */
type Output = 'inherit' | 'pipe' | 3;
type NotStarted = Extract<Exit, { kind: 'not_started' }>;

/** A stream of what a command prints. */
export interface OutputSource {
  readonly name: OutputStream;
  readonly stream: Readable;
}

/** A command that runs. Without `sources` it prints to where the scheduler does. */
export interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly sources: readonly OutputSource[];
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly io: AttemptIo;
  readonly pipes: Pipes;
}

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
export async function launch(command: Command, { env, io, pipes: supply }: Surroundings): Promise<Launched | Exit> {
  const words = typeof command.run === 'string' ? [command.shell, '-c', command.run] : command.run;
  const [name] = words;
  if (name === undefined) return notStarted(127, 'the command is empty');
  const program = programOf(command, name, env);
  const obstacle = otherUser(command) && obstacleTo(program);
  if (obstacle !== undefined) return obstacle;
  let pipes: readonly Pipe[] | undefined;
  let isStarted = false;
  try {
    pipes = await supply.take(pipesOf(command), (sentence) => io.trouble(sentence));
    // Canceled meanwhile: what never ran ends as the signal would have ended it.
    if (io.cancellation.cause) return { kind: 'signaled', signal: 'SIGTERM' };
    const launched = await start(startOf(command, words, env), outputsOf(command, pipes));
    isStarted = true;
    return { ...launched, sources: sourcesOf(launched.child, pipes) };
  } catch (error) {
    return explain(error, command, program);
  } finally {
    closeWriters(pipes ?? []);
    if (!isStarted) closeReaders(pipes ?? []);
  }
}

/** One for each stream in the log. Else one for both, which keeps their order. */
function pipesOf({ output }: Command): number {
  if (output.to === 'inherit') return 0;
  return output.to === 'log' ? 2 : 1;
}

function outputsOf({ output }: Command, pipes: readonly Pipe[] | undefined): readonly [Output, Output] {
  if (output.to === 'inherit') return ['inherit', 'inherit'];
  const [stdout, stderr = stdout] = pipes?.map(({ writer }) => writer as 3) ?? [];
  return [stdout ?? 'pipe', stderr ?? 'pipe'];
}

function sourcesOf({ stdout, stderr }: ChildProcess, pipes: readonly Pipe[] | undefined): readonly OutputSource[] {
  const streams = pipes?.map(({ reader }) => reader) ?? [stdout, stderr];
  return (['stdout', 'stderr'] as const).flatMap((name, index) => {
    const stream = streams[index];
    return stream ? [{ name, stream }] : [];
  });
}

/** @throws what Node says when there is no process. */
function start(
  { program, args, input, ...place }: Start,
  outputs: readonly [Output, Output],
): Omit<Launched, 'sources'> | Promise<never> {
  const options = {
    ...place,
    extendEnv: false,
    // With `detached` a signal reaches the whole group; execa's own ways to end a process reach the shell alone.
    detached: true,
    cleanup: false,
    stdio: ['ignore', ...outputs, ...(input ? [input] : [])],
    buffer: false,
    reject: false,
  } satisfies Options;
  isLaunching = true;
  try {
    const child = execa(program, args, options);
    if (child.pid === undefined) return child.then(({ cause }) => Promise.reject(cause as Error));
    // The process tells its end by events; execa's own result, which waits for whoever holds the pipes, is nobody's business.
    child.catch(() => undefined);
    return { child, pid: child.pid };
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

function programOf({ run, cwd }: Command, name: string, { PATH: path }: NodeJS.ProcessEnv): Program {
  return { name, what: typeof run === 'string' ? `the shell ${name}` : name, cwd, path };
}

/** What keeps everybody from starting it. Of another user's command the system tells the shell that would become it, and not us. */
function obstacleTo(program: Program): NotStarted | undefined {
  const trouble = troubleWithFolder(program.cwd);
  if (trouble !== undefined) return notStarted(126, trouble);
  const found = whyNotStartable(program);
  return found && notStarted(found.code, found.reason);
}

/** Puts a failed start into words, with the exit code a shell would have answered. */
function explain(cause: unknown, command: Command, program: Program): NotStarted {
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
        `${what} could not be started: the system's or user's limit of processes is reached (EAGAIN)`,
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
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `the working directory ${folder} does not exist`;
    return `the working directory ${folder} cannot be entered: ${systemReason(error)}`;
  }
}
