import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { mirrorOf, openShared } from '../../src/daemon/shared/open.js';
import type { Ending } from '../../src/domain/ledger.js';
import { bundleWithPackages } from '../support/bundle.js';
import { Desk, type Program } from '../support/program.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';

/** `npm run test:faults` runs 200. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 6);
const SEED = Number(process.env['FAULT_SEED'] ?? 20_261_129);
const LEASE = 1_000;
const LOCK = 1_500;

if (!hasRedis) console.log('workers.test.ts: redis-server is not installed, so no test runs');

/** A seeded generator (Park, Miller, 1988), so that a run that fails can be had again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const INTERVALS: Readonly<Record<string, number>> = { quick: 200, slow: 300, again: 500 };
const mark = 'echo "$TIMERS_RUN_ID.$TIMERS_ATTEMPT" >> "$MARKS"';
const fileFor = (url: string, name: string): string => `state: { url: "${url}", name: ${name} }
history: { keep: 1d, runs: 1000000 }
defaults: { catch_up: { policy: all, within: 10m }, run_on: any, overlap: allow }
timers:
  quick: { every: 200ms, run: '${mark}' }
  slow: { every: 300ms, run: '${mark}; sleep 0.6' }
  again: { every: 500ms, run: '${mark}; sleep 0.3', retry: { attempts: 9, delay: 10ms, on: [lost] } }`;

let scheduler: string;
let worker: string;
beforeAll(async () => {
  scheduler = await bundleWithPackages(new URL('node.ts', import.meta.url));
  worker = await bundleWithPackages(new URL('worker.ts', import.meta.url));
  console.log(`seed ${SEED}, ${ROUNDS} rounds`);
});

describe.skipIf(!hasRedis)('two schedulers and two workers on one Redis', () => {
  const desks: Desk[] = [];
  let redis: RedisServer | undefined;
  afterEach(async () => {
    await Promise.all(desks.splice(0).map((desk) => desk.clear()));
    await redis?.close();
  });

  const hasTakenOver = (node: Program) =>
    node.lines.findLast(({ event }) => event === 'scheduler.took_over' || event === 'scheduler.lost_state')?.event ===
    'scheduler.took_over';

  async function firstActive(nodes: readonly Program[]): Promise<Program> {
    for (;;) {
      const active = nodes.find(hasTakenOver);
      if (active) return active;
      await Promise.race(nodes.map((node) => node.line(() => hasTakenOver(node))));
    }
  }

  /** `kills`: which machines are killed. */
  async function law(kills: 'schedulers' | 'workers'): Promise<readonly Ending[]> {
    redis = await RedisServer.open();
    const { url } = redis;
    const random = generator(SEED);
    const marks = join(desk('marks', url).folder, 'marks');
    const env = { MARKS: marks };
    const start = (which: Desk, args: readonly string[], program: string) => which.start(args, { program, env });
    const homes = ['one', 'two'].map((name) => desk(name, url));
    const farms = ['w1', 'w2'].map((name) => desk(name, url));
    const nodes = homes.map((home) => start(home, [String(LEASE)], scheduler));
    const workers = farms.map((farm) => start(farm, [String(LOCK), '10'], worker));
    for (let round = 0; round < ROUNDS; round++) {
      const active = await firstActive(nodes);
      const enough = active.lines.length + 10 + Math.floor(random() * 40);
      await active.line(() => active.lines.length >= enough);
      const [all, places, args, program] =
        kills === 'workers'
          ? ([workers, farms, [String(LOCK), '10'], worker] as const)
          : ([nodes, homes, [String(LEASE)], scheduler] as const);
      const victim = kills === 'workers' ? Math.floor(random() * 2) : nodes.indexOf(active);
      all[victim]!.kill('SIGKILL');
      await all[victim]!.ended;
      all[victim] = start(places[victim]!, args, program);
    }
    const last = await firstActive(nodes);
    // A dead worker is found after its lock.
    if (kills === 'workers') await last.line(({ event, status }) => event === 'run.finished' && status === 'lost');
    const enough = last.lines.length + 60;
    await last.line(() => last.lines.length >= enough);
    for (const node of nodes.filter((one) => one !== last)) {
      await node.event('scheduler.standing_by');
      node.kill('SIGTERM');
      await node.ended;
    }
    last.kill('SIGTERM');
    expect((await last.ended).code).toBe(0);
    const stoppedAt = Date.parse(last.lines.find(({ event }) => event === 'scheduler.stopping')!.timestamp);
    const endings = await checked(url, stoppedAt);
    const started = existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n') : [];
    expect(started.filter((id, n) => started.indexOf(id) !== n)).toEqual([]);
    expect(started.length).toBeGreaterThan(ROUNDS);
    return endings;
  }

  function desk(name: string, url: string): Desk {
    const one = new Desk();
    desks.push(one);
    one.write('timers.yaml', fileFor(url, name));
    return one;
  }

  /** Every due instant has one ending, or an open run for the next scheduler. */
  async function checked(url: string, stoppedAt: number): Promise<readonly Ending[]> {
    const clock = createSystemClock();
    const shared = await openShared({ kind: 'shared', url, lease: LEASE }, clock);
    const { history } = await mirrorOf(shared, clock, { keep: 1e12, runs: 1e9 });
    const open = history.open().map(({ firing }) => firing);
    await shared.board.close();
    const all: Ending[] = [];
    for (const [job, interval] of Object.entries(INTERVALS)) {
      const endings = history.endings({ jobName: job, limit: 1e9 });
      all.push(...endings);
      const told = endings.flatMap((ending) => {
        const last = ending.firing.scheduledFor;
        const first = ending.event === 'firing.missed' ? (ending.firstScheduledFor ?? last) : last;
        return Array.from({ length: Math.round((last - first) / interval) + 1 }, (_, n) => first + n * interval);
      });
      const left = open.filter(({ jobName }) => jobName === job).map(({ scheduledFor }) => scheduledFor);
      const instants = [...told, ...left].filter((at) => at <= stoppedAt).sort((a, b) => a - b);
      const [first = 0, latest = 0] = [instants[0], instants.at(-1)];
      const due = Array.from({ length: Math.round((latest - first) / interval) + 1 }, (_, n) => first + n * interval);
      expect(instants, job).toEqual(due);
      expect(instants.length, job).toBeGreaterThan(ROUNDS);
    }
    return all;
  }

  const statusesOf = (endings: readonly Ending[], job?: string): ReadonlySet<string> =>
    new Set(
      endings.flatMap((ending) =>
        ending.event === 'run.finished' && (job === undefined || ending.firing.jobName === job)
          ? [ending.outcome.status]
          : [],
      ),
    );

  test(`the active scheduler is killed ${ROUNDS} times: no run on a worker is lost, and none starts twice`, async () => {
    expect(statusesOf(await law('schedulers'))).toEqual(new Set(['success']));
  });

  test(`workers are killed ${ROUNDS} times: a lost run names its worker, or starts again`, async () => {
    const endings = await law('workers');
    expect(statusesOf(endings, 'again')).toEqual(new Set(['success']));
    const lost = endings.flatMap((ending) =>
      ending.event === 'run.finished' && ending.outcome.status === 'lost' ? [ending.outcome.error] : [],
    );
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.filter((error) => !/^w[12] died or was cut off while it was running$/.test(error ?? ''))).toEqual([]);
  });
});
