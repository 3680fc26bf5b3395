import { spawn } from 'node:child_process';
import { execa } from 'execa';
import { createSystemClock } from '../src/clocks/system.js';
import { Canceler } from '../src/domain/cancellation.js';
import type { Command } from '../src/domain/command.js';
import { createShellExecutor } from '../src/executors/shell/index.js';

/** One measured figure, with the peer's from the same run if there is one. */
interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
}

const ROUNDS = 8;
const RUNS = 300;
const AT_ONCE = 8;

const executor = createShellExecutor({ clock: createSystemClock(), environment: process.env });
const command: Command = {
  run: 'echo done',
  shell: '/bin/sh',
  cwd: '/',
  env: {},
  successCodes: [0],
  killAfter: 10_000,
  output: { to: 'log' },
};

/** Each runs the same command with empty standard input and reads its output. */
const contenders: Readonly<Record<string, () => Promise<unknown>>> = {
  timers: () =>
    executor.execute(command, {
      env: { TIMERS_TASK_NAME: 'bench' },
      cancellation: new Canceler(),
      started: () => undefined,
      output: () => undefined,
      trouble: () => undefined,
      drained: () => undefined,
    }),
  'execa alone': () => execa('/bin/sh', ['-c', 'echo done'], { buffer: false, stdin: 'ignore', cwd: '/' }),
  // Ending a whole group requires a separate session; on a busy system processes wait longer for it.
  'execa alone, detached': () =>
    execa('/bin/sh', ['-c', 'echo done'], { buffer: false, stdin: 'ignore', cwd: '/', detached: true }),
  'child_process alone': () =>
    new Promise((resolve) => {
      const child = spawn('/bin/sh', ['-c', 'echo done'], { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
      child.stdout.resume();
      child.stderr.resume();
      child.on('close', resolve);
    }),
};

async function rate(once: () => Promise<unknown>): Promise<number> {
  let started = 0;
  const start = performance.now();
  const worker = async () => {
    while (started++ < RUNS) await once();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return Math.round((RUNS * 1_000) / (performance.now() - start));
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/**
 * Measures runs per second through the shell executor, eight at once, next to execa and plain node:child_process, in
 * alternating rounds.
 */
export async function run(): Promise<Result[]> {
  const rates = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    const names = Object.entries(contenders);
    // The contenders take turns to go first: the first one in a round finds the cleanest heap.
    for (const [name, once] of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const measured = await rate(once);
      // The first round warms up.
      if (round > 0) rates.get(name)?.push(measured);
    }
  }
  const value = median(rates.get('timers') ?? []);
  const peers = [...rates.keys()].filter((name) => name !== 'timers');
  return peers.map((name) => ({
    name: `runs through the shell executor, ${AT_ONCE} at once`,
    value,
    unit: 'runs/s',
    peer: { name, value: median(rates.get(name) ?? []) },
  }));
}
