import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

/** Few, or many in `npm run test:faults`. */
const KILLS = Number(process.env['FAULT_ROUNDS'] ?? 50);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

/** An ending as `timers history --json` prints it. */
interface Told {
  readonly event: string;
  readonly task_name: string;
  readonly firing_id: string;
  readonly scheduled_at: string;
  readonly trigger: string;
  readonly status: string;
  readonly count?: number;
  readonly first_scheduled_at?: string;
}

const INTERVALS: Readonly<Record<string, number>> = {
  quick: 50,
  failing: 70,
  slow: 110,
  queued: 130,
  shared: 90,
  owed: 300,
};

const FILE = `state: ./timers.db
concurrency: 6
history: { keep: 1d, runs: 1000000 }
timers:
  quick: { every: 50ms, run: [true], catch_up: true }
  failing: { every: 70ms, run: [false], retry: { attempts: 2, delay: 40ms, jitter: false } }
  slow: { every: 110ms, run: [sleep, "0.2"], overlap: allow, catch_up: { policy: all, within: 1m } }
  queued: { every: 130ms, run: [sleep, "0.1"], overlap: queue, group: g }
  shared: { every: 90ms, run: [true], group: g }
  owed: { every: 300ms, run: [sleep, "0.05"], catch_up: { policy: all, within: 20s } }`;

/** A seeded generator (Park, Miller, 1988), so that a failing run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Every instant of the grid that the endings of one timer cover, ascending. */
function instantsOf(endings: readonly Told[], interval: number): number[] {
  return endings
    .flatMap(({ scheduled_at, first_scheduled_at, count = 1 }) => {
      const last = Date.parse(scheduled_at);
      const first = first_scheduled_at === undefined ? last : Date.parse(first_scheduled_at);
      expect((last - first) / interval + 1).toBe(count);
      return Array.from({ length: count }, (_, n) => first + n * interval);
    })
    .sort((a, b) => a - b);
}

/** The endings that cover these instants: for the case that an instant has two of them. */
function endingsAt(instants: readonly number[], endings: readonly Told[]): Told[] {
  return endings.filter(({ scheduled_at, first_scheduled_at = scheduled_at }) =>
    instants.some((at) => at >= Date.parse(first_scheduled_at) && at <= Date.parse(scheduled_at)),
  );
}

test(`after ${KILLS} kills at random moments, each firing has one outcome, the same in state and log`, async () => {
  desk.write('timers.yaml', FILE);
  const random = seeded(20_261_123);
  const told: Told[] = [];
  for (let life = 0; life < KILLS; life++) {
    const program = desk.start(['start', '--log-level', 'debug']);
    // How many lines of its log it survives: from not even started to well under way.
    const lines = Math.floor(random() ** 2 * 120);
    if (lines > 0) await program.line(() => program.lines.length >= lines);
    program.kill('SIGKILL');
    await program.ended;
    told.push(...(program.lines as unknown as Told[]));
  }
  const last = desk.start(['start']);
  await last.line(() => last.lines.length >= 40);
  last.kill('SIGTERM');
  expect((await last.ended).code).toBe(0);
  told.push(...(last.lines as unknown as Told[]));
  const stoppedAt = Date.parse(last.lines.find(({ event }) => event === 'scheduler.stopping')!.timestamp);
  // What waited at the stop, and what came due during it, belongs to the next start. If nothing is caught up on, that
  // ends immediately.
  desk.write('timers.yaml', FILE.replaceAll(/, catch_up: (true|{.*?})/g, ''));
  const next = desk.start(['start']);
  await Promise.all(
    Object.keys(INTERVALS).map((name) =>
      next.line(({ task_name, scheduled_at }) => task_name === name && Date.parse(scheduled_at) > stoppedAt),
    ),
  );
  next.kill('SIGTERM');
  expect((await next.ended).code).toBe(0);
  told.push(...(next.lines as unknown as Told[]));

  const { stdout } = await desk.run('history', '--json', '-n', '1000000');
  const endings = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Told);
  expect(endings.length).toBeGreaterThan(KILLS);
  for (const [name, interval] of Object.entries(INTERVALS)) {
    const theirs = endings.filter(({ task_name }) => task_name === name);
    const instants = instantsOf(theirs, interval).filter((at) => at <= stoppedAt);
    const [first = 0] = instants;
    const due = Array.from({ length: Math.floor((stoppedAt - first) / interval) + 1 }, (_, n) => first + n * interval);
    // However fast the machine kills and starts again.
    expect(instants.length, name).toBeGreaterThan(KILLS / 2);
    const twice = instants.filter((at, n) => at === instants[n - 1]);
    expect(endingsAt(twice, theirs), name).toEqual([]);
    expect(instants, name).toEqual(due);
  }
  const recorded = new Set(endings.map(({ firing_id, trigger, event }) => `${event} ${firing_id} ${trigger}`));
  const untrue = told
    .filter(({ event }) => ['run.finished', 'firing.skipped', 'firing.missed'].includes(event))
    .map(({ firing_id, trigger, event }) => `${event} ${firing_id} ${trigger}`)
    .filter((line) => !recorded.has(line));
  expect(untrue).toEqual([]);
  const { stdout: open } = await desk.run('history', '-n', '1', '--since', '1h');
  // The third column: causes mention running, too.
  const outcomes = open
    .split('\n')
    .slice(1, -1)
    .map((row) => row.trim().split(/ {2,}/)[2]);
  expect(outcomes.length).toBeGreaterThan(0);
  expect(outcomes.filter((word) => /running|waiting|retry/.test(word ?? 'none'))).toEqual([]);
});
