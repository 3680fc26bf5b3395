import { Redis } from 'ioredis';
import { createSystemClock } from '../src/clocks/system.js';
import { openBoard, type Board } from '../src/stores/shared/index.js';
import { hasRedis, RedisServer } from '../test/support/redis-server.js';
import { median, type Result } from './result.js';

const JOBS = 500;
const COMMITS = 2_000;
const ROUNDS = 5;
const LEASE = 60_000;
/** About the length of a job's memory, and of an open run. */
const TEXT = JSON.stringify({ text: 'x'.repeat(300) });

/** The duration of the median call, in microseconds. */
async function timed(call: (run: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < COMMITS; run++) {
    const start = performance.now();
    await call(run);
    times.push((performance.now() - start) * 1_000);
  }
  return median(times);
}

/** One admission in each write: a run begins, and its job's memory changes. */
async function commits(board: Board, fence: number, round: number): Promise<number> {
  return timed(async (run) => {
    const job = `job-${run % JOBS}`;
    const change = { jobs: [{ job, key: job, text: TEXT }], runs: [{ job, key: `run-${run}`, text: TEXT }], log: [] };
    const { kind } = await board.write(fence, round * COMMITS + run + 1, change);
    if (kind !== 'done') throw new Error(`a write was ${kind}`);
  });
}

/** Measures a fenced commit of the shared state next to the lock that others take in Redis for each run. */
export async function run(): Promise<Result[]> {
  if (!hasRedis) {
    console.log('  redis-server is not installed');
    return [];
  }
  const server = await RedisServer.open();
  const client = new Redis(server.url);
  const board = await openBoard({ url: server.url, password: undefined, clock: createSystemClock() });
  const taken = await board.take({ id: 'bench', name: 'bench' }, LEASE, 0);
  if (taken.kind !== 'taken') throw new Error(`the lease is ${taken.kind}`);
  const rounds: { readonly locks: number; readonly commits: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({
      locks: await timed((run) => client.set(`lock-${round}-${run}`, TEXT, 'PX', LEASE, 'NX')),
      commits: await commits(board, taken.fence, round),
    });
  client.disconnect();
  await board.close();
  await server.kill();
  return [
    {
      name: 'a fenced commit in Redis: run admitted, job',
      value: median(rounds.map(({ commits }) => commits)),
      unit: 'µs',
      peer: { name: 'SET NX', value: median(rounds.map(({ locks }) => locks)) },
    },
  ];
}
