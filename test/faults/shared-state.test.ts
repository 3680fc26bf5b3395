import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { mirrorOf, openShared } from '../../src/daemon/shared/open.js';
import type { Ending } from '../../src/domain/ledger.js';
import { bundleWithPackages } from '../support/bundle.js';
import { etcdProgram, EtcdServer } from '../support/etcd-server.js';
import { postgresPrograms, PostgresServer } from '../support/postgres-server.js';
import { Desk, type Program } from '../support/program.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';

/** `npm run test:faults` runs 200. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 6);
const SEED = Number(process.env['FAULT_SEED'] ?? 20_261_129);

interface Store {
  readonly url: string;
  close(): Promise<void> | void;
}

interface StoreKind {
  readonly name: string;
  readonly isThere: boolean;
  /** The shortest one, in ms. */
  readonly lease: number;
  open(): Promise<Store>;
}

const STORES: readonly StoreKind[] = [
  { name: 'Redis', isThere: hasRedis, lease: 1_000, open: () => RedisServer.open() },
  {
    name: 'PostgreSQL',
    isThere: postgresPrograms() !== undefined,
    lease: 1_000,
    open: () => PostgresServer.open(postgresPrograms()!),
  },
  { name: 'etcd', isThere: etcdProgram() !== undefined, lease: 2_000, open: () => EtcdServer.open(etcdProgram()!) },
];

const INTERVALS: Readonly<Record<string, number>> = {
  quick: 100,
  failing: 170,
  slow: 210,
  queued: 230,
  grouped: 190,
  again: 310,
};

const fileFor = (url: string, name: string): string => `state: { url: "${url}", name: ${name} }
history: { keep: 1d, runs: 1000000 }
defaults: { catch_up: { policy: all, within: 10m } }
timers:
  quick: { every: 100ms, run: 'echo "$TIMERS_FENCE quick $TIMERS_SCHEDULED_AT $TIMERS_ATTEMPT" >> starts', overlap: allow }
  failing: { every: 170ms, run: 'echo "$TIMERS_FENCE failing $TIMERS_SCHEDULED_AT $TIMERS_ATTEMPT" >> starts; exit 1', overlap: allow, retry: { attempts: 2, delay: 40ms, jitter: false } }
  slow: { every: 210ms, run: 'echo "$TIMERS_FENCE slow $TIMERS_SCHEDULED_AT $TIMERS_ATTEMPT" >> starts; sleep 0.3', overlap: allow }
  queued: { every: 230ms, run: [sleep, "0.1"], overlap: queue, group: g }
  grouped: { every: 190ms, run: [true], group: g }
  again: { every: 310ms, run: 'echo "$TIMERS_FENCE again $TIMERS_SCHEDULED_AT $TIMERS_ATTEMPT" >> starts; sleep 0.2', overlap: allow, retry: { attempts: 9, delay: 10ms, on: [lost] } }`;

/** A seeded generator (Park, Miller, 1988), so that a run that fails can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Every instant of the grid that the endings of one timer speak for, ascending. */
const instantsOf = (endings: readonly Ending[], interval: number): number[] =>
  endings
    .flatMap((ending) => {
      const last = ending.firing.scheduledFor;
      const first = ending.event === 'firing.missed' ? (ending.firstScheduledFor ?? last) : last;
      return Array.from({ length: Math.round((last - first) / interval) + 1 }, (_, n) => first + n * interval);
    })
    .sort((a, b) => a - b);

let program: string;
beforeAll(async () => {
  program = await bundleWithPackages(new URL('node.ts', import.meta.url));
  console.log(`seed ${SEED}, ${ROUNDS} rounds`);
});

for (const { name } of STORES.filter(({ isThere }) => !isThere)) console.log(`${name} is not installed: not tested`);

describe.each(STORES.filter(({ isThere }) => isThere))('three machines on $name', ({ lease, ...kind }) => {
  const desks: Desk[] = [];
  let store: Store | undefined;
  afterEach(async () => {
    await Promise.all(desks.splice(0).map((desk) => desk.clear()));
    await store?.close();
  });

  test(`killed ${ROUNDS} times, every firing has one outcome, and no attempt starts twice`, async () => {
    store = await kind.open();
    const { url } = store;
    const random = seeded(SEED);
    for (const name of ['one', 'two', 'three']) {
      const desk = new Desk();
      desk.write('timers.yaml', fileFor(url, name));
      desks.push(desk);
    }
    const start = (desk: Desk): Program => desk.start([String(lease)], { program });
    const nodes = desks.map(start);
    const isActive = (node: Program) =>
      node.lines.findLast(({ event }) => event === 'scheduler.took_over' || event === 'scheduler.lost_state')?.event ===
      'scheduler.took_over';
    for (let round = 0; round < ROUNDS; round++) {
      const active = await firstActive(nodes, isActive);
      const finished = active.lines.length + Math.floor(random() * 60);
      await active.line(() => active.lines.length >= finished);
      // Mostly the active one, sometimes one that stands by.
      const victim = random() < 0.85 ? nodes.indexOf(active) : Math.floor(random() * nodes.length);
      nodes[victim]!.kill('SIGKILL');
      await nodes[victim]!.ended;
      nodes[victim] = start(desks[victim]!);
    }
    const last = await firstActive(nodes, isActive);
    const enough = last.lines.length + 100;
    await last.line(() => last.lines.length >= enough);
    // Those that stand by go first, so that nothing is due after the last one.
    for (const node of nodes.filter((one) => one !== last)) {
      await node.event('scheduler.standing_by');
      node.kill('SIGTERM');
      await node.ended;
    }
    last.kill('SIGTERM');
    const { code } = await last.ended;
    expect(code).toBe(0);
    const stoppedAt = Date.parse(last.lines.find(({ event }) => event === 'scheduler.stopping')!.timestamp);

    const clock = createSystemClock();
    const shared = await openShared({ kind: 'shared', url, lease }, clock);
    const { history } = await mirrorOf(shared, clock, { keep: 1e12, runs: 1e9 });
    const open = history.open().filter(({ attempts }) => attempts > 0);
    const waiting = history.open().map(({ firing }) => `${firing.jobName}@${firing.scheduledFor}`);
    await shared.board.close();
    for (const [job, interval] of Object.entries(INTERVALS)) {
      const endings = history.endings({ jobName: job, limit: 1e9 });
      const told = instantsOf(endings, interval);
      const left = waiting.filter((one) => one.startsWith(`${job}@`)).map((one) => Number(one.split('@')[1]));
      const instants = [...told, ...left].filter((at) => at <= stoppedAt).sort((a, b) => a - b);
      const [first = 0] = instants;
      // What came due in the last moments may be the next scheduler's.
      const [latest = 0] = instants.slice(-1);
      const due = Array.from({ length: Math.round((latest - first) / interval) + 1 }, (_, n) => first + n * interval);
      expect(stoppedAt - latest, job).toBeLessThan(60_000);
      expect(instants, job).toEqual(due);
      expect(instants.length, job).toBeGreaterThan(ROUNDS);
    }
    // Retries of the last moments go on at the next start.
    expect(open.filter(({ retryAt }) => retryAt === undefined)).toEqual([]);
    const starts = desks.flatMap((desk) => startsOf(desk.folder));
    const ids = starts.map(({ id }) => id);
    expect(ids.filter((id, n) => ids.indexOf(id) !== n)).toEqual([]);
  });
});

async function firstActive(nodes: readonly Program[], isActive: (node: Program) => boolean): Promise<Program> {
  for (;;) {
    const active = nodes.find((node) => isActive(node));
    if (active) return active;
    await Promise.race(nodes.map((node) => node.line(() => isActive(node))));
  }
}

/** What the commands of one machine have written: the fence, and which attempt of which firing it was. */
function startsOf(folder: string): readonly { readonly fence: number; readonly id: string }[] {
  const file = join(folder, 'starts');
  // It was never the active one.
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [fence, ...id] = line.split(' ');
    return { fence: Number(fence), id: id.join(' ') };
  });
}
