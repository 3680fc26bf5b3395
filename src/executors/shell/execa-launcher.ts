import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { constants as os } from 'node:os';
import { execa, type Options } from 'execa';
import { sinceBoot, type Clock } from '../../domain/clock.js';
import type { Exit } from '../../domain/outcome.js';
import { becoming } from './enter-as.js';
import { systemError } from './forker-protocol.js';
import type { Launched, Launcher, OutputSource, Start } from './launcher.js';
import { closeReaders, closeWriters, Pipes, type Pipe } from './pipes.js';
import { readStat, type ProcessStat } from './proc.js';

/** Loads execa, which the built program otherwise loads when this file first uses it. */
export const loadExeca = (): unknown => execa;

/** execa accepts any descriptor, but its types allow only those below 10. */
type Output = 'inherit' | 'pipe' | 3;

/** Starts processes with execa, on every platform. It does not measure resource usage. */
export function createExecaLauncher(clock: Clock): Launcher {
  const supply = new Pipes(clock);
  return {
    async launch(start, io) {
      let pipes: readonly Pipe[] | undefined;
      let launched: Launched | undefined;
      try {
        pipes = await supply.take(PIPES[start.output], (sentence) => io.trouble(sentence));
        if (io.cancellation.cause) return undefined;
        if (start.until !== undefined && sinceBoot(clock) >= start.until)
          throw systemError(os.errno.ECANCELED, start.program);
        const spawned = await spawn(start, outputsOf(start, pipes));
        const sources = sourcesOf(spawned.child, pipes);
        launched = { pid: spawned.pid, sources, ended: endOf(spawned, sources), release: () => undefined };
        return launched;
      } finally {
        closeWriters(pipes ?? []);
        if (!launched) closeReaders(pipes ?? []);
      }
    },
  };
}

const PIPES: Readonly<Record<Start['output'], number>> = { inherit: 0, apart: 2, together: 1 };

function outputsOf({ output }: Start, pipes: readonly Pipe[] | undefined): readonly [Output, Output] {
  if (output === 'inherit') return ['inherit', 'inherit'];
  const [stdout, stderr = stdout] = pipes?.map(({ writer }) => writer as 3) ?? [];
  return [stdout ?? 'pipe', stderr ?? 'pipe'];
}

function sourcesOf({ stdout, stderr }: ChildProcess, pipes: readonly Pipe[] | undefined): readonly OutputSource[] {
  const streams = pipes?.map(({ reader }) => reader) ?? [stdout, stderr];
  return (['stdout', 'stderr'] as const).flatMap((name, index) => {
    const stream = streams[index];
    return stream ? [{ name, open: () => stream }] : [];
  });
}

/**
 * Whether execa is creating a child now. Without free file descriptors, execa throws before it returns the child, so
 * nobody could listen to the child's error. An error without a listener would end the whole program.
 */
let isLaunching = false;
subscribe('child_process', (message) => {
  if (isLaunching) (message as { process: ChildProcess }).process.on('error', () => undefined);
});

/** Execa's child, wrapped because it is also a promise, which an async function would await. */
interface Spawned {
  readonly child: ChildProcess;
  readonly pid: number;
}

/**
 * Starts a process.
 * @throws Node's error if there is no process.
 */
function spawn(start: Start, outputs: readonly [Output, Output]): Spawned | Promise<never> {
  const { program, args, input, ...place } = becoming(start);
  const options = {
    ...place,
    extendEnv: false,
    // With `detached` a signal reaches the whole group; execa's own methods only signal the shell.
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
    // The process reports its end by events; execa's own result waits for every holder of the pipes.
    child.catch(() => undefined);
    return { child, pid: child.pid };
  } finally {
    isLaunching = false;
  }
}

function endOf({ child, pid }: Spawned, sources: readonly OutputSource[]): Launched['ended'] {
  const unnamed = unnamedSignalOf(pid, sources);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      resolve({ exit: exitOf(code, signal ?? (code === 0 ? unnamed() : undefined)) });
    });
  });
}

function exitOf(code: number | null, signal: string | undefined): Exit {
  if (signal !== undefined) return { kind: 'signaled', signal };
  return code === null ? { kind: 'lost', error: 'Node did not report how it ended' } : { kind: 'exited', code };
}

/** The first of Linux's real-time signals, including the two that its C libraries reserve. */
const FIRST_UNNAMED = 32;

/**
 * Returns a function that names the signal that ended a command, if Node cannot. Node has no names for signals from 32
 * on. For a command that one of them ended, it reports exit code 0. The real result is in `/proc` until Node fetches
 * the exit, and the pipes of a process close before that. It is not visible if the pipes stay open longer, because a
 * background process holds them or unread output is left.
 */
function unnamedSignalOf(pid: number, sources: readonly OutputSource[]): () => string | undefined {
  let stat: ProcessStat | undefined;
  const look = () => {
    if (stat?.isOver !== true) stat = readStat(pid);
  };
  for (const source of sources) source.open().once('end', look);
  return () => (stat !== undefined && stat.endedBy >= FIRST_UNNAMED ? `SIG${stat.endedBy}` : undefined);
}
