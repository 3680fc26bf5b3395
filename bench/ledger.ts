import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { createSystemClock } from '../src/clocks/system.js';
import { CLOSED } from '../src/domain/breaker.js';
import type { TimerEvent } from '../src/domain/events/index.js';
import type { JobRecord } from '../src/domain/ledger.js';
import { DAY } from '../src/domain/time.js';
import { openState } from '../src/stores/index.js';
import { median, type Result } from './result.js';

const JOBS = 500;
const RUNS = 5_000;
const ROUNDS = 5;
const BULK = 10_000;
const now = Date.parse('2026-11-23T08:00:00Z');

const nameOf = (run: number) => `job-${run % JOBS}`;
const runIdOf = (run: number) => (now + run).toString(36).padStart(8, '0') + 'abcde';
const firingOf = (run: number) => ({
  jobName: nameOf(run),
  scheduledFor: now + run,
  trigger: 'schedule' as const,
  generation: 0,
});

const recordOf = (name: string, run: number): JobRecord => ({
  name,
  fingerprint: '0123abcd',
  memory: {
    cursor: now + run,
    generation: 0,
    runsBegun: run,
    failuresInARow: 0,
    paused: undefined,
    breaker: CLOSED,
    previousScheduledFor: now + run,
    lastSuccessAt: now + run,
    lastStatus: 'success',
    lastFinishedAt: now + run,
  },
});

const admission = (run: number): TimerEvent[] => {
  const told = { at: now + run, firing: firingOf(run), runId: runIdOf(run) };
  return [
    { event: 'run.admitted', ...told },
    { event: 'attempt.begun', attempt: 1, latenessMs: 1, ...told },
  ];
};

const ending = (run: number): TimerEvent => ({
  event: 'run.finished',
  at: now + run,
  firing: firingOf(run),
  runId: runIdOf(run),
  outcome: { status: 'success', exitCode: 0 },
  durationMs: 12,
  attempts: 1,
  latenessMs: 1,
  outputTail: 'done',
  failuresInARow: 0,
});

/** The result of a round of one contender: the medians of its steps. */
interface Round {
  readonly admitted: number;
  readonly ended: number;
}

/** The duration of the median call, in microseconds. */
function timed(step: (run: number) => void, of: number): number {
  const times = Array.from({ length: of }, (_, run) => {
    const start = performance.now();
    step(run);
    return (performance.now() - start) * 1_000;
  });
  return median(times);
}

function open(path: string) {
  const opening = openState({
    path,
    clock: createSystemClock(),
    pid: process.pid,
    retention: { keep: 10 * DAY, runs: 1_000 },
  });
  if (opening.kind !== 'open') throw new Error(`${path}: ${JSON.stringify(opening)}`);
  return opening.ledger;
}

function ours(folder: string): Round {
  const ledger = open(join(folder, 'ours.db'));
  const admitted = timed((run) => void ledger.commit(admission(run), [recordOf(nameOf(run), run)], now + run), RUNS);
  const ended = timed((run) => void ledger.commit([ending(run)], [recordOf(nameOf(run), run)], now + run), RUNS);
  void ledger.close();
  return { admitted, ended };
}

/** The floor: a row for the run and a row for its job, each in a table without an index. */
function bare(folder: string): Round {
  const database = new DatabaseSync(join(folder, 'bare.db'));
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE jobs (id INTEGER PRIMARY KEY, a, b)',
  );
  database.exec('CREATE TABLE runs (id INTEGER PRIMARY KEY, a, b, c)');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const putRun = database.prepare('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)');
  const putJob = database.prepare('INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)');
  const commit = database.prepare('COMMIT');
  const record = (run: number) => {
    begin.run();
    putRun.run(run, runIdOf(run), nameOf(run), now + run);
    putJob.run(run % JOBS, nameOf(run), now + run);
    commit.run();
  };
  const round = { admitted: timed(record, RUNS), ended: timed(record, RUNS) };
  database.close();
  return round;
}

/** Milliseconds to admit {@link BULK} runs of as many jobs in one commit, and to find all those jobs again. */
function inBulk(folder: string): { readonly commit: number; readonly recall: number } {
  const path = join(folder, 'bulk.db');
  const runs = Array.from({ length: BULK }, (_, run) => run);
  const events = runs.flatMap(admission);
  const records = runs.map((run) => recordOf(`job-${run}`, run));
  const first = open(path);
  const start = performance.now();
  void first.commit(events, records, now);
  const commit = performance.now() - start;
  void first.commit(runs.map(ending), [], now);
  void first.close();
  const again = performance.now();
  const second = open(path);
  const { size } = second.recall().jobs;
  const recall = performance.now() - again;
  if (size !== BULK) throw new Error(`${size} jobs recalled`);
  void second.close();
  return { commit, recall };
}

/** Measures the cost of recording next to two bare inserts, in alternating rounds. */
export function run(): Result[] {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'timers-bench-'));
    const round = { bare: bare(folder), ours: ours(folder), bulk: inBulk(folder) };
    rmSync(folder, { recursive: true });
    return round;
  });
  const of = (figure: (round: (typeof rounds)[number]) => number) => median(rounds.map(figure));
  const floor = 'two bare inserts';
  return [
    {
      name: 'a commit: run admitted, attempt begun, job',
      value: of((round) => round.ours.admitted),
      unit: 'µs',
      peer: { name: floor, value: of((round) => round.bare.admitted) },
    },
    {
      name: 'a commit: run finished, job',
      value: of((round) => round.ours.ended),
      unit: 'µs',
      peer: { name: floor, value: of((round) => round.bare.ended) },
    },
    {
      name: `${BULK} runs of as many jobs admitted in one commit`,
      value: of((round) => round.bulk.commit),
      unit: 'ms',
    },
    { name: `opening a state of ${BULK} jobs`, value: of((round) => round.bulk.recall), unit: 'ms' },
  ];
}
