import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { execa, type Options } from 'execa';
import type { Clock } from '../../domain/clock.js';
import type { Exit } from '../../domain/outcome.js';
import { becoming } from './enter-as.js';
import type { Launched, Launcher, OutputSource, Start } from './launcher.js';
import { closeReaders, closeWriters, Pipes, type Pipe } from './pipes.js';
import { readStat, type ProcessStat } from './proc.js';

/** The built program loads execa at its first use: here. */
export const loadExeca = (): unknown => execa;

/** Of descriptors execa takes any, but its types name those below 10 only. */
type Output = 'inherit' | 'pipe' | 3;

/** Starts processes by execa, wherever Node runs. It does not measure what they use. */
export function createExecaLauncher(clock: Clock): Launcher {
  const supply = new Pipes(clock);
  return {
    async launch(start, io) {
      let pipes: readonly Pipe[] | undefined;
      let launched: Launched | undefined;
      try {
        pipes = await supply.take(PIPES[start.output], (sentence) => io.trouble(sentence));
        if (io.cancellation.cause) return undefined;
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
    return stream ? [{ name, stream }] : [];
  });
}

/**
 * Whether the child that Node makes is ours. Without free file descriptors, execa throws before it returns the child,
 * so nobody could listen to the child's error. An error without a listener would end the whole program.
 */
let isLaunching = false;
subscribe('child_process', (message) => {
  if (isLaunching) (message as { process: ChildProcess }).process.on('error', () => undefined);
});

/** Execa's child is a promise, too, and nobody awaits it. */
interface Spawned {
  readonly child: ChildProcess;
  readonly pid: number;
}

/** @throws what Node says when there is no process. */
function spawn(start: Start, outputs: readonly [Output, Output]): Spawned | Promise<never> {
  const { program, args, input, ...place } = becoming(start);
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

/** Linux's real-time signals, with the two that its C libraries keep for themselves. */
const FIRST_UNNAMED = 32;

/**
 * Node has no names for signals from 32 on: of a command that one of them has ended it says "exit code 0". The truth is in `/proc` until Node
 * fetches the exit, and the pipes of a process close before that. Not seen where they stay open beyond it, because a background process holds
 * them or because there is more in them than was read.
 */
function unnamedSignalOf(pid: number, sources: readonly OutputSource[]): () => string | undefined {
  let stat: ProcessStat | undefined;
  const look = () => {
    if (stat?.isOver !== true) stat = readStat(pid);
  };
  for (const { stream } of sources) stream.once('end', look);
  return () => (stat !== undefined && stat.endedBy >= FIRST_UNNAMED ? `SIG${stat.endedBy}` : undefined);
}
