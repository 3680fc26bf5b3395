import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Duration } from '../../src/domain/time.js';
import type { Board, Candidate, BoardChange, Fence, LeaseTaking } from '../../src/stores/shared/board.js';

/** A store for one test. */
export interface StoreUnderTest {
  /** A client with its own connections; the first one may take a while to connect. The contract closes it. */
  connect(): Promise<Board> | Board;
  /** The shortest lease the store can give. */
  readonly lease: Duration;
  /** Lets at least this much time pass for the store. */
  pass(duration: Duration): Promise<void>;
  /** Deletes everything in the store, fences included, as a restart without a disk does. */
  wipe(): Promise<void>;
  /** Removes the store, after the clients are closed. */
  end(): Promise<void>;
}

const candidate = (id: string): Candidate => ({ id, name: `host-${id}` });

const NOTHING: BoardChange = { jobs: [], runs: [], log: [] };
const memory = (job: string, text: string | undefined): BoardChange => ({
  ...NOTHING,
  jobs: [{ job, key: job, text }],
});
const outcome = (text: string): BoardChange => ({ ...NOTHING, log: [{ job: 'a', text }] });

/** Rules every board must keep; see `src/stores/shared/board.ts`. `open` begins with an empty store. */
export function boardContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the board in ${name}`, () => {
    let store: StoreUnderTest;
    let clients: Board[];
    let [one, other]: Board[] = [];

    const connect = async (): Promise<Board> => {
      const board = await store.connect();
      clients.push(board);
      return board;
    };
    beforeEach(async () => {
      clients = [];
      store = await open();
      [one, other] = [await connect(), await connect()];
    });
    afterEach(async () => {
      for (const board of clients) await board.close();
      await store.end();
    });

    const boards = (): readonly [Board, Board] => [one as Board, other as Board];
    /** Longer than any step of a test takes: for tests in which no lease may lapse. */
    const long = 60_000;
    async function taken(board: Board, id: string, { lease = long, known = 0 } = {}): Promise<Fence> {
      const taking = await board.take(candidate(id), lease, known);
      if (taking.kind !== 'taken') throw new Error(`not taken: ${JSON.stringify(taking)}`);
      return taking.fence;
    }
    const jobs = async (board: Board) => Object.fromEntries((await board.read()).jobs);
    const texts = async (board: Board) => (await board.log(undefined, 100)).map(({ text }) => text);

    test('gives the lease to one candidate and reports its holder', async () => {
      const [a, b] = boards();
      expect(await b.holder()).toBeUndefined();
      const fence = await taken(a, 'a');
      expect(fence).toBeGreaterThan(0);
      expect(Number.isSafeInteger(fence)).toBe(true);
      expect(await b.take(candidate('b'), long, 0)).toEqual({ kind: 'held', name: 'host-a', fence, seq: 0 });
      expect(await b.holder()).toEqual({ name: 'host-a', fence });
    });

    test('gives the lease to exactly one of many simultaneous candidates', async () => {
      const all = await Promise.all([...Array(8).keys()].map(() => connect()));
      const takings = await Promise.all(all.map((board, n) => board.take(candidate(`c${n}`), long, 0)));
      expect(takings.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
      expect(takings.filter(({ kind }) => kind === 'held')).toHaveLength(7);
    });

    test('returns the same fence to a candidate that repeats its request after a lost response', async () => {
      const [a, b] = boards();
      const first = await a.take(candidate('a'), long, 0);
      expect(await a.take(candidate('a'), long, 0)).toMatchObject({
        kind: 'taken',
        fence: (first as { fence: Fence }).fence,
      });
      expect((await b.take(candidate('b'), long, 0)).kind).toBe('held');
    });

    test('gives an expired lease to the next candidate with a higher fence', async () => {
      const [a, b] = boards();
      const first = await taken(a, 'a', { lease: store.lease });
      await store.pass(store.lease * 2);
      expect(await b.holder()).toBeUndefined();
      expect(await taken(b, 'b', { known: first })).toBeGreaterThan(first);
    });

    test('gives a released lease away immediately and ignores a late release', async () => {
      const [a, b] = boards();
      const first = await taken(a, 'a');
      await a.release(first);
      const second = await taken(b, 'b', { known: first });
      expect(second).toBeGreaterThan(first);
      await a.release(first);
      expect(await a.holder()).toEqual({ name: 'host-b', fence: second });
    });

    test('gives its last holder a new lease only with a higher fence', async () => {
      const [a] = boards();
      const first = await taken(a, 'a');
      await a.release(first);
      expect(await taken(a, 'a2', { known: first })).toBeGreaterThan(first);
      expect(await a.renew(first, long)).toBe(false);
      expect(await a.write(first, 1, memory('x', '1'))).toEqual({ kind: 'lost' });
    });

    test('extends a lease', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a', { lease: store.lease });
      expect(await a.renew(fence, long)).toBe(true);
      await store.pass(store.lease * 2);
      expect((await b.take(candidate('b'), long, 0)).kind).toBe('held');
    });

    test('returns an expired lease to its holder if no other candidate took it', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a', { lease: store.lease });
      await store.pass(store.lease * 2);
      expect(await a.renew(fence, long)).toBe(true);
      expect(await b.take(candidate('b'), long, 0)).toEqual({ kind: 'held', name: 'host-a', fence, seq: 0 });
    });

    test('rejects a renewal and a write after another candidate took the lease', async () => {
      const [a, b] = boards();
      const first = await taken(a, 'a', { lease: store.lease });
      expect(await a.write(first, 1, memory('x', '1'))).toEqual({ kind: 'done' });
      await store.pass(store.lease * 2);
      const second = await taken(b, 'b');
      expect(await a.renew(first, long)).toBe(false);
      expect(await a.write(first, 2, { ...memory('x', '2'), log: [{ job: 'x', text: 'late' }] })).toEqual({
        kind: 'lost',
      });
      expect(await a.write(first, 3, { ...memory('x', '3'), isWhole: true })).toEqual({ kind: 'lost' });
      // A repeated write of an old holder, which succeeded, is lost as well: the new holder has read its effect.
      expect(await a.write(first, 1, memory('x', '1'))).toEqual({ kind: 'lost' });
      expect(await jobs(b)).toEqual({ x: '1' });
      expect(await texts(b)).toEqual([]);
      expect(await b.write(second, 1, memory('x', '4'))).toEqual({ kind: 'done' });
    });

    test('writes, updates and deletes job states, open runs and log entries', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a');
      const entry = (job: string, key: string, text: string | undefined) => ({ job, key, text });
      await a.write(fence, 1, {
        jobs: [entry('a', 'a', '{"n":1}'), entry('ü "b"\n', 'ü "b"\n', 'ü')],
        runs: [entry('a', 'r1', 'one'), entry('a', 'r2', 'two')],
        log: [{ job: 'a', text: 'first' }],
      });
      await a.write(fence, 2, {
        jobs: [entry('a', 'a', '{"n":2}'), entry('ü "b"\n', 'ü "b"\n', undefined)],
        runs: [entry('a', 'r1', undefined), entry('a', 'r2', 'TWO'), entry('a', 'gone', undefined)],
        log: [
          { job: 'a', text: 'second' },
          { job: 'b', text: '{"third":"\\u0000"}' },
        ],
      });
      const { jobs: memories, runs } = await b.read();
      expect(Object.fromEntries(memories)).toEqual({ a: '{"n":2}' });
      expect(Object.fromEntries(runs)).toEqual({ r2: 'TWO' });
      expect(await texts(b)).toEqual(['first', 'second', '{"third":"\\u0000"}']);
    });

    test('stores strings unchanged', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a');
      const text = '{ "b": 1, "a": "é \u{1F600} \\" \\\\ %s $1 \'" , "z":1.0 }';
      await a.write(fence, 1, { ...memory('job.with:odd/name', text), log: [{ job: 'a', text }] });
      expect(await jobs(b)).toEqual({ 'job.with:odd/name': text });
      expect(await texts(b)).toEqual([text]);
    });

    test('executes a repeated write once', async () => {
      const [a] = boards();
      const fence = await taken(a, 'a');
      const change = { ...memory('x', '1'), log: [{ job: 'x', text: 'once' }] };
      expect(await a.write(fence, 1, change)).toEqual({ kind: 'done' });
      expect(await a.write(fence, 1, change)).toEqual({ kind: 'done' });
      expect(await a.write(fence, 2, memory('x', '2'))).toEqual({ kind: 'done' });
      expect(await a.write(fence, 1, change)).toEqual({ kind: 'done' });
      expect(await jobs(a)).toEqual({ x: '2' });
      expect(await texts(a)).toEqual(['once']);
    });

    test('reports a gap in the sequence numbers and writes nothing', async () => {
      const [a] = boards();
      const fence = await taken(a, 'a');
      expect(await a.write(fence, 1, memory('x', '1'))).toEqual({ kind: 'done' });
      expect(await a.write(fence, 3, memory('x', '3'))).toEqual({ kind: 'behind', seq: 1 });
      expect(await jobs(a)).toEqual({ x: '1' });
    });

    test('replaces everything except the log with a whole change', async () => {
      const [a] = boards();
      const fence = await taken(a, 'a');
      await a.write(fence, 1, {
        jobs: ['x', 'y'].map((job) => ({ job, key: job, text: '1' })),
        runs: [{ job: 'x', key: 'r1', text: '1' }],
        log: [{ job: 'x', text: 'first' }],
      });
      const whole = { ...memory('y', '2'), log: [{ job: 'x', text: 'second' }], isWhole: true };
      expect(await a.write(fence, 5, whole)).toEqual({ kind: 'done' });
      expect(await a.write(fence, 5, whole)).toEqual({ kind: 'done' });
      expect(await a.write(fence, 6, outcome('third'))).toEqual({ kind: 'done' });
      const { jobs: memories, runs } = await a.read();
      expect([Object.fromEntries(memories), runs.size]).toEqual([{ y: '2' }, 0]);
      expect(await texts(a)).toEqual(['first', 'second', 'third']);
    });

    test('reports lost data and accepts a whole change from the holder', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a');
      await a.write(fence, 1, memory('x', '1'));
      await store.wipe();
      expect(await a.write(fence, 2, memory('y', '1'))).toEqual({ kind: 'behind', seq: -1 });
      expect(await b.take(candidate('b'), long, fence)).toEqual({ kind: 'behind', fence: 0 });
      expect(await a.renew(fence, long)).toBe(true);
      expect(await b.take(candidate('b'), long, fence)).toMatchObject({ kind: 'held', fence });
      expect(await a.write(fence, 2, memory('y', '1'))).toEqual({ kind: 'behind', seq: -1 });
      expect(await a.write(fence, 2, { ...memory('x', '1'), isWhole: true })).toEqual({ kind: 'done' });
      expect(await a.write(fence, 3, memory('y', '1'))).toEqual({ kind: 'done' });
      expect(await jobs(b)).toEqual({ x: '1', y: '1' });
    });

    test('accepts a whole change before the renewal that restores the lease', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a');
      await store.wipe();
      expect(await a.write(fence, 7, { ...memory('x', '1'), isWhole: true })).toEqual({ kind: 'done' });
      expect(await a.renew(fence, long)).toBe(true);
      expect(await a.write(fence, 8, memory('y', '1'))).toEqual({ kind: 'done' });
      expect(await jobs(b)).toEqual({ x: '1', y: '1' });
    });

    test('gives a store that lost data to a candidate that has waited', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a');
      await store.wipe();
      await taken(b, 'b');
      expect(await b.holder()).toMatchObject({ name: 'host-b' });
      expect((await b.take(candidate('c'), long, fence)).kind).toBe('held');
    });

    test('makes a candidate wait that has seen later writes than the store contains', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a');
      await a.write(fence, 1, memory('x', '1'));
      expect(await b.take(candidate('b'), long, 0)).toMatchObject({ kind: 'held', fence, seq: 1 });
      await a.release(fence);
      expect(await b.take(candidate('b'), long, fence, 2)).toEqual({ kind: 'behind', fence });
      expect(await b.take(candidate('b'), long, fence, 1)).toMatchObject({ kind: 'taken' });
    });

    test('reports how long there was no holder, and the last holder', async () => {
      const [a, b] = boards();
      expect(await a.take(candidate('a'), long, 0)).toMatchObject({ previous: undefined, idle: undefined });
      const { fence } = await a.take(candidate('a'), long, 0);
      await a.renew(fence, long);
      await store.pass(store.lease * 2);
      await a.release(fence);
      const taking = (await b.take(candidate('b'), long, fence)) as Extract<LeaseTaking, { kind: 'taken' }>;
      expect(taking.previous).toBe('host-a');
      expect(taking.idle).toBeGreaterThanOrEqual(store.lease);
      expect(Number.isInteger(taking.idle)).toBe(true);
      const again = (await b.take(candidate('b'), long, fence)) as Extract<LeaseTaking, { kind: 'taken' }>;
      expect(again.previous).toBe('host-a');
      expect(again.idle).toBeGreaterThanOrEqual(store.lease);
    });

    test('returns the log in pages', async () => {
      const [a, b] = boards();
      const first = await taken(a, 'a');
      await a.write(first, 1, { ...NOTHING, log: ['1', '2', '3'].map((text) => ({ job: 'a', text })) });
      await a.release(first);
      const second = await taken(b, 'b');
      await b.write(second, 1, { ...NOTHING, log: ['4', '5'].map((text) => ({ job: 'a', text })) });
      const read: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await a.log(after, 2);
        if (page.length === 0) break;
        expect(page.length).toBeLessThanOrEqual(2);
        read.push(...page.map(({ text }) => text));
        after = page.at(-1)?.position;
      }
      expect(read).toEqual(['1', '2', '3', '4', '5']);
    });

    test('accepts changes to many jobs', async () => {
      const [a, b] = boards();
      const fence = await taken(a, 'a');
      const names = [...Array(1_000).keys()].map((n) => `job-${n}`);
      const change = {
        jobs: names.map((job) => ({ job, key: job, text: 'x'.repeat(300) })),
        runs: names.map((job) => ({ job, key: `run-${job}`, text: 'y'.repeat(200) })),
        log: names.map((job) => ({ job, text: `ended ${job}` })),
      };
      expect(await a.write(fence, 1, change)).toEqual({ kind: 'done' });
      expect(await a.write(fence, 1, change)).toEqual({ kind: 'done' });
      const { jobs: memories, runs } = await b.read();
      expect([memories.size, runs.size]).toEqual([1_000, 1_000]);
      expect((await b.log(undefined, 5_000)).length).toBe(1_000);
    });

    test('keeps notes for their lifetime, and only one client removes a note', async () => {
      const [a, b] = boards();
      await a.put('node/b', 'second', long);
      await a.put('node/a', 'first', long);
      await a.put('ask/1', 'short', store.lease);
      await b.put('node/a', 'FIRST', long);
      expect([...(await b.notes('node/'))]).toEqual([
        ['node/a', 'FIRST'],
        ['node/b', 'second'],
      ]);
      expect((await Promise.all([a.remove('node/b'), b.remove('node/b')])).sort()).toEqual([false, true]);
      await store.pass(store.lease * 2 + 1_000);
      expect([...(await b.notes(''))]).toEqual([['node/a', 'FIRST']]);
      expect(await b.remove('ask/1')).toBe(false);
    });

    test('has one clock for all clients, or none', async () => {
      const [one, other] = boards();
      const times = [await one.time(), await other.time(), await one.time()];
      if (times[0] !== undefined) expect(times).toEqual([...times].sort((a, b) => Number(a) - Number(b)));
      else expect(times).toEqual([undefined, undefined, undefined]);
    });

    test('rejects requests after it was closed, with an error that contains no secret', async () => {
      const [a] = boards();
      await a.close();
      await expect(a.holder()).rejects.toMatchObject({ name: 'BoardTrouble', kind: 'unreachable' });
    });
  });
}
