import { closeSync, openSync } from 'node:fs';
import { toTimestamp } from '../src/domain/time.js';
import { pino, destination as pinoDestination } from 'pino';
import { createSystemClock } from '../src/clocks/system.js';
import { messageOf, type TimerEvent } from '../src/domain/events/index.js';
import { toRecord } from '../src/domain/record.js';
import { createJsonLog } from '../src/sinks/json-log.js';
import { openDestination } from '../src/sinks/open-destination.js';

/** One measured figure, with the peer's from the same run if there is one. */
interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
}

const ROUNDS = 7;
const RECORDS = 40_000;
/** How many events are passed on before the event loop turns, as in the event bus. */
const BATCH = 256;

const clock = createSystemClock();
const nextTurn = () => new Promise<void>((resolve) => clock.soon(resolve));

/** A day of runs: output, starts and ends, spread over timers and milliseconds. */
const events: readonly TimerEvent[] = Array.from({ length: RECORDS }, (_, index) => {
  const run = Math.floor(index / 8);
  const at = 1_795_000_000_000 + run;
  const firing = {
    jobName: `timer-${run % 100}`,
    scheduledFor: at - (at % 1_000),
    trigger: 'schedule' as const,
    generation: 0,
  };
  const common = { at, firing, runId: `0193f2c4-${run}` };
  if (index % 8 === 0) return { event: 'run.started', attempt: 1, pid: 4_000 + run, latenessMs: 2, ...common };
  if (index % 8 < 7)
    return {
      event: 'run.output',
      stream: 'stdout',
      lines: `copied block ${index} of 40000 in 12 ms`,
      truncated: false,
      ...common,
    };
  return {
    event: 'run.finished',
    outcome: { status: 'success', exitCode: 0 },
    durationMs: 320,
    attempts: 1,
    latenessMs: 2,
    failuresInARow: 0,
    ...common,
  };
});

type Contender = (fd: number) => Promise<void>;

const ours: Contender = async (fd) => {
  const fail = (reason: string) => {
    throw new Error(reason);
  };
  const destination = openDestination({ fd, stream: () => process.stdout, clock, onEnded: fail, onTrouble: fail });
  const sink = createJsonLog({
    destination,
    clock,
    level: 'info',
    host: 'bench',
    color: false,
    local: { zone: 'UTC', format: toTimestamp },
  });
  for (const [index, event] of events.entries()) {
    sink.accept(event);
    if (index % BATCH === 0) await (sink.drained?.() ?? nextTurn());
  }
  await sink.flush?.();
};

/**
 * The same fields, given to pino ready-made, as plain parsed JSON: the cost of writing them with pino and nothing else.
 */
const records = events.map((event) => ({
  record: JSON.parse(JSON.stringify(toRecord(event))) as Record<string, unknown>,
  message: messageOf(event),
}));
const pinoAlone: Contender = async (fd) => {
  const destination = pinoDestination({ dest: fd, sync: false, minLength: 4_096 });
  const logger = pino(
    {
      base: { host: 'bench' },
      timestamp: () => `,"timestamp":"${new Date(Date.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  for (const [index, { record, message }] of records.entries()) {
    logger.info(record, message);
    if (index % BATCH === 0) await nextTurn();
  }
  await new Promise<void>((resolve) => destination.flush(() => resolve()));
};

async function rate(contender: Contender, file: string): Promise<number> {
  const fd = openSync(file, 'w');
  const start = performance.now();
  await contender(fd);
  const seconds = (performance.now() - start) / 1_000;
  closeSync(fd);
  return Math.round(RECORDS / seconds);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/**
 * Measures log records per second, from event to file, next to plain pino writing the same records to the same file.
 */
export async function run(): Promise<Result[]> {
  const results: Result[] = [];
  for (const file of ['/dev/null', '/dev/shm/timers-bench.log']) {
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const [own, peer] = [await rate(ours, file), await rate(pinoAlone, file)];
      // The first round warms up.
      if (round > 0) mine.push(own);
      if (round > 0) theirs.push(peer);
    }
    results.push({
      name: `log records to ${file}`,
      value: median(mine),
      unit: 'records/s',
      peer: { name: 'pino alone', value: median(theirs) },
    });
  }
  return results;
}
