import { expect, test } from 'vitest';
import type { AdmissionPolicy } from '../../../src/domain/policy.js';
import { SECOND } from '../../../src/domain/time.js';
import { overlap } from '../../../src/policies/index.js';
import type { BoardChange, BoardContents } from '../../../src/stores/shared/board.js';
import { Standby } from '../../../src/stores/shared/standby.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryBoard, MemoryStore } from '../../support/memory-board.js';
import { everyMs, job, Rig } from '../../support/rig.js';

const LEASE = 5 * SECOND;
/** The time that a slow machine needs to read an open run, and to admit one. */
const WORK = 2;

/** Texts that take a while to read. */
class SlowMap extends Map<string, string> {
  readonly #clock: FakeClock;

  constructor(texts: Iterable<readonly [string, string]>, clock: FakeClock) {
    super();
    this.#clock = clock;
    for (const [key, text] of texts) this.set(key, text);
  }

  override *[Symbol.iterator](): MapIterator<[string, string]> {
    for (const entry of super.entries()) {
      this.#clock.block(WORK);
      yield entry;
    }
  }
}

/** A client of the store on a slow machine. */
class SlowBoard extends MemoryBoard {
  readonly changes: BoardChange[] = [];
  readonly #clock: FakeClock;

  constructor(store: MemoryStore, clock: FakeClock) {
    super(store);
    this.#clock = clock;
  }

  override async read(): Promise<BoardContents> {
    const { jobs, runs } = await super.read();
    return { jobs, runs: new SlowMap(runs, this.#clock) };
  }

  override write(...[fence, seq, change]: Parameters<MemoryBoard['write']>): ReturnType<MemoryBoard['write']> {
    this.changes.push(change);
    return super.write(fence, seq, change);
  }
}

/** How long each turn of the event loop takes. */
function watchTurns(clock: FakeClock): readonly number[] {
  const turns: number[] = [];
  let from = clock.monotonic();
  const nextTurn = () => {
    turns.push(clock.monotonic() - from);
    from = clock.monotonic();
    if (turns.length < 5_000) clock.soon(nextTurn);
  };
  clock.soon(nextTurn);
  return turns;
}

const standbyOf = (board: MemoryBoard, clock: FakeClock, name: string): Standby =>
  new Standby({
    ...{ board, clock, lease: LEASE, name, newId: () => name },
    ...{ onHeld: () => undefined, onTrouble: () => undefined, onWentBack: () => undefined },
  });

/** A store with hundreds of runs that wait for the only slot of a scheduler that died. */
async function backlog(clock: FakeClock): Promise<MemoryStore> {
  const store = new MemoryStore(clock);
  const taking = standbyOf(store.connect(), clock, 'one').take();
  await clock.settle();
  const jobs = [job('tick', everyMs(10), { admission: [overlap('allow')] })];
  const first = new Rig(jobs, { clock, ledger: (await taking)!.ledger, life: 'one', concurrency: 1 });
  first.scheduler.start();
  await clock.advance(5 * SECOND);
  clock.forgetAll();
  await clock.advance(LEASE);
  return store;
}

test('a takeover of hundreds of waiting runs uses short turns and records its first attempt early', async () => {
  const clock = new FakeClock();
  const store = await backlog(clock);
  const waiting = store.kept.runs.size;
  expect(waiting).toBeGreaterThan(400);

  const board = new SlowBoard(store, clock);
  let admitted = 0;
  const slow: AdmissionPolicy = {
    name: 'slow',
    admit() {
      clock.block(WORK);
      admitted++;
      return { kind: 'admit' };
    },
  };
  const turns = watchTurns(clock);
  const taking = standbyOf(board, clock, 'two').take();
  await clock.settle();
  const term = await taking;
  const jobs = [job('tick', everyMs(10), { admission: [slow] })];
  const second = new Rig(jobs, { clock, ledger: term!.ledger, life: 'two', concurrency: 1 });
  let admittedAtStart: number | undefined;
  second.executor.onExecute = () => (admittedAtStart ??= admitted);
  second.scheduler.start();
  await clock.settle();

  expect(admitted).toBeGreaterThanOrEqual(waiting - 1);
  expect(Math.max(...turns)).toBeLessThan(20 * WORK);
  expect(admittedAtStart).toBeLessThan(20);
  // A run that still waits is already on the board.
  const written = board.changes.flatMap(({ runs }) => runs);
  expect(written.filter(({ key }) => key.startsWith('one-')).length).toBeLessThan(5);
});
