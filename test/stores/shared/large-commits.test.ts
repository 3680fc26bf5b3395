import { beforeEach, expect, test } from 'vitest';
import type { TimerEvent } from '../../../src/domain/events/index.js';
import { SECOND } from '../../../src/domain/time.js';
import { Invalid } from '../../../src/stores/row-reader.js';
import type { BoardChange, LeaseTaken } from '../../../src/stores/shared/board.js';
import { readContents } from '../../../src/stores/shared/entries.js';
import { SharedLedger } from '../../../src/stores/shared/shared-ledger.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryStore, type MemoryBoard } from '../../support/memory-board.js';

const RUNS = 3_000;

let clock: FakeClock;
let store: MemoryStore;
let board: MemoryBoard;
let ledger: SharedLedger;
let writes: BoardChange[];
let isLost: boolean;
/** Called before each write, with its number. */
let onWrite: (seq: number) => void;

/** Thousands of runs wait, and the board has them. */
beforeEach(async () => {
  clock = new FakeClock();
  store = new MemoryStore(clock);
  board = store.connect();
  [writes, onWrite, isLost] = [[], () => undefined, false];
  const write = board.write.bind(board);
  board.write = (fence, seq, change) => {
    onWrite(seq);
    writes.push(change);
    return write(fence, seq, change);
  };
  const taken = (await board.take({ id: 'one', name: 'one' }, 5 * SECOND, 0)) as LeaseTaken;
  const invalid = new Invalid();
  ledger = new SharedLedger(
    {
      board,
      clock,
      lease: 5 * SECOND,
      name: 'one',
      putLeaseBack: () => Promise.resolve(),
      onLost: () => (isLost = true),
      onWentBack: () => undefined,
    },
    taken,
    readContents(await board.read(), invalid),
    invalid,
  );
  await ledger.commit(numbers.map(admitted), []);
  expect(store.kept.runs.size).toBe(RUNS);
  writes = [];
});

const numbers = Array.from({ length: RUNS }, (_, n) => n);
const firing = (n: number) =>
  ({ jobName: 'tick', scheduledFor: n * SECOND, trigger: 'schedule', generation: 0 }) as const;
const admitted = (n: number): TimerEvent => ({ event: 'run.admitted', at: 0, firing: firing(n), runId: `run-${n}` });
const canceled = (n: number): TimerEvent => ({
  event: 'firing.skipped',
  at: 0,
  firing: firing(n),
  reason: 'canceled',
  runId: `run-${n}`,
});
/** A firing that never had a run. */
const skipped = { event: 'firing.skipped', at: 0, firing: firing(RUNS), reason: 'overlap' } as const;

const logged = () => store.kept.log.map(({ text }) => (JSON.parse(text) as { runId?: string }).runId);
const all = [...numbers.map((n) => `run-${n}`), undefined];

test('thousands of runs that end at once are written in pieces, each run with its outcome', async () => {
  expect(await ledger.commit([...numbers.map(canceled), skipped], [])).toBe('recorded');
  expect(writes.length).toBeGreaterThan(10);
  for (const { runs, log } of writes) {
    expect(runs.length + log.length).toBeLessThanOrEqual(200);
    const removed = runs.map(({ key }) => key);
    const outcomes = log.flatMap(({ text }) => (JSON.parse(text) as { runId?: string }).runId ?? []);
    expect(outcomes).toEqual(removed);
  }
  // What has no run depends on the memory of its job, which comes last.
  expect(writes.at(-1)?.log).toHaveLength(1);
  expect(store.kept.runs.size).toBe(0);
  expect(logged()).toEqual(all);
});

test('a few ends are one write', async () => {
  await ledger.commit([...numbers.slice(0, 64).map(canceled), skipped], []);
  expect(writes).toHaveLength(1);
});

test('long outcomes make smaller pieces', async () => {
  const fallback = { outcome: { status: 'failure' }, durationMs: 1, outputTail: 'x'.repeat(20_000) } as const;
  await ledger.commit(
    numbers.slice(0, 150).map((n) => ({ ...canceled(n), fallback })),
    [],
  );
  for (const { log } of writes) expect(log.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(500_000);
  expect(logged()).toEqual(all.slice(0, 150));
});

test.each([
  ['with nothing', () => store.goBack()],
  ['without its last pieces', () => void (store.kept.seq -= 2)],
])('a store that goes back between two pieces, %s, has each outcome once and no ended run', async (_, goBack) => {
  const before = store.copy();
  onWrite = (seq) => {
    if (seq !== 6) return;
    onWrite = () => undefined;
    goBack();
    if (store.kept.seq > 0) Object.assign(store.kept, { log: store.kept.log.slice(0, -200), runs: before.runs });
  };
  expect(await ledger.commit([...numbers.map(canceled), skipped], [])).toBe('recorded');
  expect(store.kept.runs.size).toBe(0);
  expect(logged().sort()).toEqual([...all].sort());
  const after = store.copy();
  await ledger.commit([{ ...skipped, firing: firing(RUNS + 1) }], []);
  store.goBack(after);
  await ledger.commit([{ ...skipped, firing: firing(RUNS + 2) }], []);
  expect(logged()).toHaveLength(RUNS + 3);
});

test('a write whose response is lost is sent again, and each outcome is there once', async () => {
  onWrite = (seq) => (store.state = seq % 3 === 0 && writes.length % 2 === 0 ? 'deaf' : 'well');
  const committing = ledger.commit([...numbers.map(canceled), skipped], []);
  await clock.advance(30 * SECOND);
  expect(await committing).toBe('recorded');
  expect(logged()).toEqual(all);
});

test('a bug in a commit gives the state up and is reported, instead of blocking every later commit', async () => {
  const unprintable = { ...canceled(1), reason: 1n } as unknown as TimerEvent;
  expect(await ledger.commit([unprintable], [])).toBe('lost');
  expect(isLost).toBe(true);
  expect(await ledger.commit([canceled(2)], [])).toBe('lost');
  await expect(clock.settle()).rejects.toThrow('BigInt');
});
