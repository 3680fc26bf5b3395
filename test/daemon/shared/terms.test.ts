import { expect, test } from 'vitest';
import { RefusalError } from '../../../src/control/index.js';
import { Membership } from '../../../src/daemon/shared/membership.js';
import type { SharedState } from '../../../src/daemon/shared/open.js';
import { heardInTerm, Terms } from '../../../src/daemon/shared/terms.js';
import type { TimerEvent } from '../../../src/domain/events/index.js';
import type { Job } from '../../../src/domain/job.js';
import { SECOND } from '../../../src/domain/time.js';
import { overlap } from '../../../src/policies/index.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryStore, type MemoryBoard } from '../../support/memory-board.js';
import { atInstants, everyMs, job, Rig } from '../../support/rig.js';

const LEASE = 5 * SECOND;

interface Options {
  readonly jobs?: readonly Job[];
  readonly orphans?: 'kill' | 'keep';
}

/** A machine with the shared state: its terms, and what they emit. */
class Machine {
  readonly events: TimerEvent[] = [];
  readonly board: MemoryBoard;
  readonly shared: SharedState;
  readonly terms: Terms;
  readonly membership: Membership;
  /** The schedulers of its terms. */
  readonly rigs: Rig[] = [];
  readonly carriedOut: (readonly [verb: string, args: unknown])[] = [];

  constructor(name: string, clock: FakeClock, store: MemoryStore, { jobs = [tick()], orphans = 'kill' }: Options = {}) {
    let ids = 0;
    const place = { kind: 'shared', url: 'redis://test', lease: LEASE, name } as const;
    this.board = store.connect();
    this.shared = { board: this.board, node: name, place, newId: () => `${name}-${++ids}` };
    const { shared } = this;
    const membership = () => this.membership;
    this.terms = new Terms({
      shared,
      clock,
      sinks: [],
      orphans: () => orphans,
      companions: [{ start: () => membership().start(), stop: () => void membership().stop() }],
      compose: (term) => {
        const goesOn = () => term?.isLost === true && !this.terms.isStopping;
        const heard = heardInTerm(
          { name: 'story', accept: (event: TimerEvent) => void this.events.push(event) },
          goesOn,
        );
        const life = `${name}${this.rigs.length}`;
        const rig = new Rig(jobs, { clock, life, sinks: [heard], ...(term && { ledger: term.ledger }) });
        rig.executor.lasting = 100;
        if (term) this.rigs.push(rig);
        return rig.scheduler;
      },
    });
    this.membership = new Membership({
      shared,
      clock,
      terms: this.terms,
      jobs: () => jobs,
      carryOut: (verb, args) => {
        if (verb === 'trigger' && args['name'] === 'nosuch') throw new RefusalError('unknown_timer', 'unknown timer');
        this.carriedOut.push([verb, args]);
        return { verb, by: name };
      },
    });
  }

  /** Its events about the state, without their times. */
  get story(): readonly string[] {
    return this.events.flatMap((event) => {
      switch (event.event) {
        case 'scheduler.standing_by':
          return [`stands by ${event.active}`];
        case 'scheduler.took_over':
          return [`took over from ${event.from ?? 'nobody'}`];
        case 'scheduler.lost_state':
          return [`lost: ${event.why}`];
        case 'state.went_back':
          return ['went back'];
        case 'state.unavailable':
          return ['unavailable'];
        case 'state.recovered':
          return ['recovered'];
        case 'config.differs':
          return [`${event.node} differs: +${event.differences?.added.join()}`];
        default:
          return [];
      }
    });
  }
}

const tick = (): Job => job('tick', everyMs(2 * SECOND), { admission: [overlap('allow')] });

function machines(options: Options = {}): { clock: FakeClock; store: MemoryStore; one: Machine; two: Machine } {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  return { clock, store, one: new Machine('one', clock, store), two: new Machine('two', clock, store, options) };
}

/** The seconds of the outcomes in the log, in their order. */
const outcomes = (store: MemoryStore) =>
  store.kept.log.map(({ text }) => {
    const { firing, outcome } = JSON.parse(text) as { firing: { scheduledFor: number }; outcome: { status: string } };
    return `${(firing.scheduledFor / SECOND) % 60} ${outcome.status}`;
  });

test('the second machine stands by and takes over once the first one stops', async () => {
  const { clock, store, one, two } = machines();
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  await clock.advance(4 * SECOND);
  expect(two.story).toEqual(['stands by one']);
  expect([one.terms.isActive, two.terms.isActive, two.terms.active]).toEqual([true, false, 'one']);
  void one.terms.stop('SIGTERM');
  await clock.advance(4 * SECOND);
  expect(two.story).toEqual(['stands by one', 'took over from one']);
  expect(two.membership.record).toMatchObject({ fence: two.terms.fence, took_over: { from: 'one', times: 1 } });
  expect(two.terms.fence).toBeGreaterThan(0);
  expect(outcomes(store)).toEqual(['2 success', '4 success', '6 success', '8 success']);
});

test('a machine that is cut off ends its term before another term starts, and stands by again', async () => {
  const { clock, store, one, two } = machines();
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  await clock.advance(2 * SECOND);
  one.board.isCutOff = true;
  await clock.advance(LEASE + SECOND);
  expect(one.story).toContain('lost: expired');
  expect(two.story.at(-1)).toBe('took over from one');
  one.board.isCutOff = false;
  await clock.advance(2 * SECOND);
  expect(one.story.at(-1)).toBe('stands by two');
  expect(new Set(outcomes(store)).size).toBe(outcomes(store).length);
  expect(outcomes(store).map((line) => line.split(' ')[0])).toEqual(['2', '4', '6', '8', '10']);
});

test('a run awaiting its commit when the state is lost is not started, and the machine stands by', async () => {
  const { clock, store, one, two } = machines();
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  one.board.isCutOff = true;
  await clock.advance(LEASE + SECOND);
  expect(one.rigs[0]!.executor.attempts).toHaveLength(0);
  one.board.isCutOff = false;
  await clock.advance(SECOND);
  expect(one.story).toEqual(['took over from nobody', 'unavailable', 'lost: expired', 'recovered', 'stands by two']);
  await clock.advance(2 * SECOND);
  expect(outcomes(store)).toEqual(['2 success', '4 success', '6 success', '8 success']);
});

test('a stop is reported, even if the machine loses the state while stopping', async () => {
  const { clock, one } = machines();
  const ends = () => one.events.flatMap(({ event }) => (/stopp(ing|ed)$/.test(event) ? [event] : []));
  one.terms.start();
  await clock.advance(SECOND);
  one.board.isCutOff = true;
  await clock.advance(LEASE + SECOND);
  one.board.isCutOff = false;
  await clock.advance(2 * SECOND);
  expect(one.terms.isActive).toBe(true);
  expect(ends()).toEqual([]);
  one.board.isCutOff = true;
  one.rigs.at(-1)!.executor.lasting = 60 * SECOND;
  one.rigs.at(-1)!.executor.obedience = 'never';
  await clock.advance(2 * SECOND);
  void one.terms.stop('SIGTERM');
  await clock.advance(2 * LEASE);
  await clock.advance(60 * SECOND);
  expect(ends()).toEqual(['scheduler.stopping', 'scheduler.stopped']);
});

test('a machine that slept longer than its lease does not start a run when it wakes', async () => {
  const { clock, store, one } = machines();
  one.terms.start();
  await clock.advance(3 * SECOND);
  const before = one.rigs[0]!.executor.attempts.length;
  clock.suspend(2 * LEASE);
  expect(one.terms.isActive).toBe(false);
  await clock.advance(0);
  expect(one.rigs[0]!.executor.attempts).toHaveLength(before);
  expect(store.kept.log).toHaveLength(before);
});

test('a machine that loses the state during its last run keeps standing by', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const jobs = [job('once', atInstants(clock.now() + 2 * SECOND))];
  const [one, two] = [new Machine('one', clock, store, { jobs }), new Machine('two', clock, store)];
  let isIdle = false;
  void one.terms.idle().then(() => (isIdle = true));
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  one.rigs[0]!.executor.lasting = 60 * SECOND;
  await clock.advance(2 * SECOND);
  expect(one.rigs[0]!.executor.attempts).toHaveLength(1);
  one.board.isCutOff = true;
  await clock.advance(15 * LEASE);
  one.board.isCutOff = false;
  await clock.advance(SECOND);
  expect(one.story.at(-1)).toBe('stands by two');
  expect(isIdle).toBe(false);
});

test.each(['kill', 'keep'] as const)(
  'losing the state stops active commands or keeps them, depending on orphans: %s',
  async (orphans) => {
    const clock = new FakeClock();
    const store = new MemoryStore(clock);
    const one = new Machine('one', clock, store, { orphans });
    const two = new Machine('two', clock, store);
    one.terms.start();
    await clock.advance(SECOND);
    two.terms.start();
    one.rigs[0]!.executor.lasting = 60 * SECOND;
    await clock.advance(1_500);
    one.board.isCutOff = true;
    await clock.advance(LEASE);
    one.board.isCutOff = false;
    await clock.advance(2 * SECOND);
    const [{ io } = {}] = one.rigs[0]!.executor.attempts;
    expect(io?.cancellation.cause?.kind).toBe(orphans === 'kill' ? 'shutdown' : undefined);
    expect(one.story.at(-1)).toBe('stands by two');
    await clock.advance(60 * SECOND);
    // The next active machine reports it as lost, and the end of the command changes nothing.
    expect(outcomes(store).filter((line) => line.startsWith('2 '))[0]).toBe('2 lost');
    expect(outcomes(store).slice(0, 4)).toEqual(['2 lost', '4 success', '6 success', '8 success']);
  },
);

test('a standby waits one lease for the holder of a store that lost data, and then takes over', async () => {
  const { clock, store, one, two } = machines();
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  await clock.advance(SECOND);
  one.board.isCutOff = true;
  store.goBack();
  await clock.advance(LEASE - SECOND);
  expect(two.story).toEqual(['stands by one']);
  await clock.advance(2 * SECOND);
  expect(two.story).toEqual(['stands by one', 'took over from nobody', 'went back']);
});

test('a standby leaves a store copy that lacks writes to the active machine, even an old copy', async () => {
  const { clock, store, one, two } = machines();
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  await clock.advance(2 * SECOND);
  const copy = store.copy();
  await clock.advance(4 * SECOND);
  one.board.isCutOff = true;
  store.goBack(copy);
  await clock.advance(2 * SECOND);
  one.board.isCutOff = false;
  await clock.advance(4 * SECOND);
  expect(one.story).toContain('went back');
  expect(one.terms.isActive).toBe(true);
  expect(two.story).not.toContain('took over from one');
  expect(outcomes(store)).toEqual(['2 success', '4 success', '6 success', '8 success', '10 success', '12 success']);
});

test('a request to a standby is executed by the active machine', async () => {
  const { clock, one, two } = machines();
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  await clock.advance(SECOND);
  expect(one.membership.elsewhere('pause', {})).toBeUndefined();
  expect(two.membership.elsewhere('health', {})).toBeUndefined();
  const answer = two.membership.elsewhere('pause', { names: ['tick'] });
  const refusal = two.membership.elsewhere('trigger', { name: 'nosuch' })!.catch((error: unknown) => error);
  await clock.advance(SECOND);
  expect(await answer).toEqual({ verb: 'pause', by: 'one' });
  expect(await refusal).toMatchObject({ code: 'unknown_timer', message: 'unknown timer' });
});

test('the working directory of a request is not passed on to another machine', async () => {
  const { clock, one, two } = machines();
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  await clock.advance(SECOND);
  void two.membership.elsewhere('add', { in_ms: 5, run: 'true', cwd: '/home/two' });
  await clock.advance(SECOND);
  expect(one.carriedOut).toEqual([['add', { in_ms: 5, run: 'true' }]]);
});

test('the active machine reports once that a standby has other timers', async () => {
  const { clock, one, two } = machines({ jobs: [tick(), job('more', everyMs(9_000), { definition: { cron: 'x' } })] });
  one.terms.start();
  await clock.advance(SECOND);
  two.terms.start();
  await clock.advance(20 * SECOND);
  expect(one.story.filter((line) => line.includes('differs'))).toEqual(['two differs: +more']);
  expect(one.membership.record).toMatchObject({
    node: 'one',
    role: 'active',
    active: 'one',
    others: [{ name: 'two', has_same_timers: false }],
  });
});

test('an unreachable store is reported once, and a machine takes over once the store responds', async () => {
  const { clock, store, one } = machines();
  store.state = 'away';
  one.terms.start();
  await clock.advance(10 * SECOND);
  expect(one.story).toEqual(['unavailable']);
  store.state = 'well';
  await clock.advance(SECOND);
  expect(one.story).toEqual(['unavailable', 'recovered', 'took over from nobody']);
});
