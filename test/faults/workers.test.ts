import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { mirrorOf, openShared } from '../../src/daemon/shared/open.js';
import type { Ending } from '../../src/domain/ledger.js';
import { bundleWithPackages } from '../support/bundle.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Desk, type Program } from '../support/program.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';
import { pause } from './fleet.js';

/** `npm run test:faults` runs 200. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 2);
const SEED = Number(process.env['FAULT_SEED'] ?? 20_261_129);
const LEASE = 1_000;
const LOCK = 1_500;

if (!hasRedis) console.log('workers.test.ts: redis-server is not installed, so no test runs');

/** A seeded generator (Park, Miller, 1988), so that a run that fails can be had again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const INTERVALS: Readonly<Record<string, number>> = { quick: 200, slow: 300, again: 500, alone: 350, queued: 450 };
const mark = 'echo "$TIMERS_RUN_ID.$TIMERS_ATTEMPT" >> "$MARKS"';
const between = (sign: string) => `echo "${sign} $TIMERS_RUN_ID $(date +%s%3N)" >> "$MARKS.group"`;
const oneAtOnce = `${mark}; ${between('+')}; sleep 0.1; ${between('-')}`;
const fileFor = (url: string, name: string): string => `state: { url: "${url}", name: ${name} }
history: { keep: 1d, runs: 1000000 }
defaults: { catch_up: { policy: all, within: 10m }, run_on: any, overlap: allow }
timers:
  quick: { every: 200ms, run: '${mark}' }
  slow: { every: 300ms, run: '${mark}; sleep 0.6' }
  again: { every: 500ms, run: '${mark}; sleep 0.3', retry: { attempts: 9, delay: 10ms, on: [lost] } }
  alone: { every: 350ms, run: '${oneAtOnce}', group: g, overlap: skip }
  queued: { every: 450ms, run: '${oneAtOnce}', group: g, overlap: queue }`;

const CLEARLY_OVER = 1_000;

/** Where commands of a group of 1 ran at once. A command that was killed has no end: it is over before its lock. */
function overlaps(lines: readonly string[]): readonly string[] {
  const running = new Map<string, number>();
  return lines.flatMap((line) => {
    const [sign, id = '', at = ''] = line.split(' ');
    for (const [other, since] of running) if (Number(at) - since > CLEARLY_OVER) running.delete(other);
    const isWrong = sign === '+' && running.size > 0;
    if (sign === '+') running.set(id, Number(at));
    else running.delete(id);
    return isWrong ? [`${line} during ${[...running.keys()].join(' ')}`] : [];
  });
}

let scheduler: string;
let worker: string;
beforeAll(async () => {
  scheduler = await bundleWithPackages(new URL('node.ts', import.meta.url));
  worker = await bundleWithPackages(new URL('worker.ts', import.meta.url));
  console.log(`seed ${SEED}, ${ROUNDS} rounds`);
});

interface Machine {
  readonly proxy: FaultProxy;
  readonly start: () => Program;
  program: Program;
}

interface Site {
  readonly url: string;
  /** The file to which commands write their attempts. */
  readonly marks: string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly schedulers: readonly Machine[];
  readonly workers: readonly Machine[];
  readonly active: () => Promise<Machine>;
}

async function killed(machine: Machine): Promise<void> {
  machine.program.kill('SIGKILL');
  await machine.program.ended;
  machine.program = machine.start();
}

const oneOf = ({ random }: Site, machines: readonly Machine[]): Machine =>
  machines[Math.floor(random() * machines.length)]!;

/** For one and a half to two and a half times that long. */
const aWhile = ({ random }: Site, length: number): Promise<void> => pause(length * (1.5 + random()));

async function cutOff(site: Site, { proxy }: Machine, length: number): Promise<void> {
  proxy.set(site.random() < 0.5 ? 'hole' : 'reset');
  await aWhile(site, length);
  proxy.set('through');
}

describe.skipIf(!hasRedis)('two schedulers and two workers on one Redis', () => {
  const desks: Desk[] = [];
  const proxies: FaultProxy[] = [];
  let redis: RedisServer | undefined;
  afterEach(async () => {
    await Promise.all(desks.splice(0).map((desk) => desk.clear()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
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

  /** The machines, each with a network of its own. */
  async function open(): Promise<Site> {
    redis = await RedisServer.open();
    const { url, port } = redis;
    const random = generator(SEED);
    const marks = join(desk('marks', url).folder, 'marks');
    const machine = async (name: string, args: readonly string[], program: string): Promise<Machine> => {
      const proxy = await FaultProxy.open(port);
      proxies.push(proxy);
      const home = desk(name, url.replace(`:${port}`, `:${proxy.port}`));
      const start = () => home.start(args, { program, env: { MARKS: marks } });
      return { proxy, start, program: start() };
    };
    const schedulers = await Promise.all(['one', 'two'].map((name) => machine(name, [String(LEASE)], scheduler)));
    const workers = await Promise.all(['w1', 'w2'].map((name) => machine(name, [String(LOCK), '10'], worker)));
    const active = async () => {
      const program = await firstActive(schedulers.map((one) => one.program));
      return schedulers.find((one) => one.program === program)!;
    };
    return { url, marks, random, schedulers, workers, active };
  }

  /** What happens in each round. */
  async function law(fault: (site: Site) => Promise<void>, isLost = false): Promise<readonly Ending[]> {
    const site = await open();
    const { url, marks } = site;
    for (let round = 0; round < ROUNDS; round++) {
      const { program } = await site.active();
      const enough = program.lines.length + 10 + Math.floor(site.random() * 40);
      await program.line(() => program.lines.length >= enough || !hasTakenOver(program));
      await fault(site);
    }
    const nodes = site.schedulers.map(({ program }) => program);
    const last = await firstActive(nodes);
    // A dead worker is found after its lock.
    if (isLost) await last.line(({ event, status }) => event === 'run.finished' && status === 'lost');
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
    expect(overlaps(readFileSync(`${marks}.group`, 'utf8').trim().split('\n'))).toEqual([]);
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

  test.each([
    ['is killed', async (site: Site) => killed(await site.active())],
    ['is cut off', async (site: Site) => cutOff(site, await site.active(), LEASE)],
    [
      'is stopped and continued',
      async (site: Site) => {
        const { program } = await site.active();
        program.kill('SIGSTOP');
        await aWhile(site, LEASE);
        program.kill('SIGCONT');
      },
    ],
  ])(`the active scheduler %s ${ROUNDS} times: no run on a worker is lost, and none starts twice`, async (_, fault) => {
    expect(statusesOf(await law(fault))).toEqual(new Set(['success']));
  });

  test.each([
    ['is killed', (site: Site) => killed(oneOf(site, site.workers)), true],
    ['is cut off', (site: Site) => cutOff(site, oneOf(site, site.workers), LOCK), false],
    [
      'is stopped and continued',
      async (site: Site) => {
        const { program } = oneOf(site, site.workers);
        program.kill('SIGSTOP');
        await aWhile(site, LOCK);
        program.kill('SIGCONT');
      },
      false,
    ],
    [
      'dies with the active scheduler',
      async (site: Site) => {
        await Promise.all([killed(oneOf(site, site.workers)), site.active().then(killed)]);
      },
      true,
    ],
  ])(`a worker %s ${ROUNDS} times: a lost run names its worker, or starts again`, async (_, fault, isLost) => {
    const endings = await law(fault, isLost);
    expect(statusesOf(endings, 'again')).toEqual(new Set(['success']));
    const lost = endings.flatMap((ending) =>
      ending.event === 'run.finished' && ending.outcome.status === 'lost' ? [ending.outcome.error] : [],
    );
    if (isLost) expect(lost.length).toBeGreaterThan(0);
    const named = /^w[12] (died or was cut off|could not reach the store of the state) while it was running$/;
    expect(lost.filter((error) => !named.test(error ?? ''))).toEqual([]);
  });
});
