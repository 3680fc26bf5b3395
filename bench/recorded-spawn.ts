import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../src/clocks/system.js';
import type { Command } from '../src/domain/command.js';
import type { Job } from '../src/domain/job.js';
import type { Ledger } from '../src/domain/ledger.js';
import { DAY } from '../src/domain/time.js';
import { Scheduler } from '../src/engine/scheduler.js';
import { createShellExecutor } from '../src/executors/shell/index.js';
import { catchUp, overlap, retry } from '../src/policies/index.js';
import { openState } from '../src/stores/index.js';
import { median, type Result } from './result.js';

const ROUNDS = 12;
const RUNS = 300;
const AT_ONCE = 8;

const clock = createSystemClock();
const executor = createShellExecutor({ clock, environment: process.env });
const command: Command = {
  run: 'echo done',
  shell: '/bin/sh',
  cwd: '/',
  env: {},
  successCodes: [0],
  killAfter: 10_000,
  output: { to: 'log' },
};
const job: Job = {
  name: 'bench',
  schedule: { intervalLike: false, next: () => undefined, count: () => 0 },
  definition: {},
  written: { key: 'at', text: 'never' },
  timezone: 'UTC',
  command,
  tags: [],
  enabled: true,
  runAtStart: false,
  offset: 0,
  stopGrace: 8_000,
  window: {},
  misfire: catchUp({ policy: 'none' }),
  admission: [overlap('allow')],
  retry: retry({ attempts: 1, delay: 0, factor: 1, maxDelay: 0, jitter: false }, Math.random),
};

/** Runs per second through a whole scheduler. */
async function rate(ledger: Ledger | undefined): Promise<number> {
  let ids = 0;
  let finished = 0;
  let allDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (allDone = resolve));
  const scheduler = new Scheduler(
    { jobs: [job], concurrency: AT_ONCE, facts: { version: 'bench', file: 'bench', pid: process.pid } },
    {
      clock,
      executor,
      sinks: [{ name: 'bench', accept: ({ event }) => event === 'run.finished' && ++finished === RUNS && allDone() }],
      ...(ledger && { ledger }),
      newMark: () => 0,
      newRunId: () => `${process.hrtime.bigint().toString(36)}-${++ids}`,
      onSinkError: (_sink, error) => {
        throw error;
      },
    },
  );
  scheduler.start();
  const start = performance.now();
  for (let run = 0; run < RUNS; run++) scheduler.controls.trigger('bench');
  await done;
  const took = performance.now() - start;
  await scheduler.stop();
  return (RUNS * 1_000) / took;
}

function open(path: string): Ledger {
  const opening = openState({ path, clock, pid: process.pid, retention: { keep: DAY, runs: 1_000 } });
  if (opening.kind !== 'open') throw new Error(`${path}: ${JSON.stringify(opening)}`);
  return opening.ledger;
}

/**
 * Measures what recording costs the spawn rate: runs per second through a scheduler with and without its ledger, in
 * alternating rounds.
 */
export async function run(): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const rates = { with: [] as number[], without: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const recorded = async () => rate(open(join(folder, 'timers.db')));
    const pair =
      round % 2 === 0 ? [await recorded(), await rate(undefined)] : [await rate(undefined), await recorded()];
    const [withLedger = 0, without = 0] = round % 2 === 0 ? pair : pair.reverse();
    // The first round warms up.
    if (round === 0) continue;
    rates.with.push(withLedger);
    rates.without.push(without);
  }
  rmSync(folder, { recursive: true });
  return [
    {
      name: `runs through a scheduler that records, ${AT_ONCE} at once`,
      value: Math.round(median(rates.with)),
      unit: 'runs/s',
      peer: { name: 'the same without history', value: Math.round(median(rates.without)) },
    },
  ];
}
