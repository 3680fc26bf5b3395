import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FiringMissed, FiringSkipped, TimerEvent } from '../../src/domain/events/index.js';
import { firingId, type Firing, type Trigger } from '../../src/domain/firing.js';
import type { Ending, JobRecord } from '../../src/domain/ledger.js';
import { toRecord } from '../../src/domain/record.js';
import { toTimestamp } from '../../src/domain/time.js';
import { SENTENCES } from '../support/events.js';
import { admitted, begun, finished, firingOf, NOW, recordOf, State } from './state.js';

const skipped: FiringSkipped = { event: 'firing.skipped', at: NOW + 1, firing: firingOf('backup'), reason: 'overlap' };
const missed: FiringMissed = { event: 'firing.missed', at: NOW + 2, firing: firingOf('backup'), reason: 'downtime' };
const everything: readonly Ending[] = [
  finished('r1'),
  finished('r2', { isRecovery: true, outputTail: 'done\n' }),
  finished('r3', {
    outcome: { status: 'failure', signal: 'SIGKILL', error: 'ended by signal SIGKILL' },
    failuresInARow: 3,
    attempts: 4,
    latenessMs: 12_345,
    cpuMs: 812.4,
    maxRssBytes: 41_943_040,
    outputTail: 'a zero \0 and a 😀\n\n',
  }),
  finished('r4', {
    outcome: { status: 'lost' },
    firing: { ...firingOf('backup'), trigger: 'catch_up', generation: 2 },
  }),
  finished('r8', { fallback: { outcome: { status: 'failure', error: 'exit code 2' }, durationMs: 1_200 } }),
  finished('r10', { fallback: { outcome: { status: 'success' }, durationMs: 9, outputTail: 'old \0 prices\n' } }),
  finished('r11', { node: 'w1' }),
  finished('r5', { outcome: { status: 'timeout', exitCode: 143, error: 'timed out' }, outputTail: '' }),
  skipped,
  { ...skipped, runId: 'r6', reason: 'not_our_turn' },
  { ...skipped, runId: 'r9', reason: 'breaker_open', fallback: { outcome: { status: 'lost' } } },
  missed,
  { ...missed, count: 12, firstScheduledFor: NOW - 12_000, reason: 'clock_jump' },
  { ...missed, runId: 'r7', reason: 'shutdown' },
];

describe('the ledger reads back', () => {
  test('every outcome with all fields, equal to its log record', () => {
    const state = new State();
    state.commit(everything);
    const endings = state.read((history) => history.endings({ limit: 100 }));
    expect(endings).toEqual(everything);
    expect(endings.map(toRecord)).toEqual(everything.map(toRecord));
  });

  test('job states, open runs and the time when the scheduler was last seen', () => {
    const state = new State();
    expect(state.start().ledger.recall()).toEqual({ jobs: new Map(), open: [], lastSeenAt: undefined });
    const records: JobRecord[] = [
      recordOf('plain'),
      recordOf('open', {
        breaker: { kind: 'open', until: NOW + 5, cooldown: 300_000 },
        lastStatus: 'failure',
        lastFinishedAt: NOW - 1,
        failuresInARow: 3,
      }),
      recordOf('half-open', {
        breaker: { kind: 'half_open', cooldown: 300_000 },
        previousScheduledFor: NOW - 10,
        lastSuccessAt: NOW - 20,
        generation: 1,
        runsBegun: 77,
      }),
    ];
    state.commit([admitted('r2'), admitted('r1')], records);
    state.stop();
    state.clock.setWall(NOW + 1_000);
    const { jobs, open, lastSeenAt } = state.start().ledger.recall();
    expect([...jobs.values()]).toEqual(expect.arrayContaining(records));
    expect(jobs.size).toBe(3);
    expect(open.map((run) => run.runId)).toEqual(['r2', 'r1']);
    expect(lastSeenAt).toBe(NOW);
  });

  test('the later of two states of a job', () => {
    const state = new State();
    state.commit([], [recordOf('backup', { cursor: 1 }), recordOf('backup', { cursor: 2 })]);
    state.commit([], [recordOf('backup', { cursor: 3 })]);
    expect(state.read((history) => history.jobs()).get('backup')?.memory.cursor).toBe(3);
  });

  test('no events that do not concern outcomes', () => {
    const state = new State();
    const beside = SENTENCES.map(([, event]) => event).filter(
      ({ event }) => !/^(run\.(admitted|started|finished)|attempt|firing)/.test(event),
    );
    expect(beside.length).toBeGreaterThan(10);
    state.commit(beside);
    expect(state.ended()).toEqual([]);
    expect(state.read((history) => history.open())).toEqual([]);
  });
});

describe('a run without an outcome', () => {
  const stages: readonly (readonly [string, TimerEvent, object])[] = [
    ['admitted', admitted('r1'), { attempts: 0, startedAt: undefined, latenessMs: 0 }],
    ['begun', begun('r1', 1, NOW + 5), { attempts: 1, startedAt: NOW + 5, latenessMs: 5 }],
    [
      'started',
      {
        event: 'run.started',
        at: NOW + 6,
        firing: firingOf('backup'),
        runId: 'r1',
        attempt: 1,
        pid: 99,
        latenessMs: 5,
      },
      { pid: 99, attempts: 1 },
    ],
    [
      'failed',
      {
        event: 'attempt.failed',
        at: NOW + 50,
        firing: firingOf('backup'),
        runId: 'r1',
        attempt: 1,
        outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
        retryInMs: 1_000,
        node: 'w1',
      },
      { retryAt: NOW + 1_050, attempts: 1 },
    ],
    [
      'begun again',
      begun('r1', 2, NOW + 1_060),
      { attempts: 2, startedAt: NOW + 5, latenessMs: 5, retryAt: undefined, pid: undefined },
    ],
  ];

  test('is open and shows its progress until it ends', () => {
    const state = new State();
    for (const [stage, event, shown] of stages) {
      state.commit([event]);
      expect(
        state.read((history) => history.open()),
        stage,
      ).toEqual([expect.objectContaining(shown)]);
    }
    const ending = finished('r1', { attempts: 2, outputTail: 'ok' });
    state.commit([ending]);
    expect(state.read((history) => history.open())).toEqual([]);
    expect(state.read((history) => history.run('r1'))).toEqual({
      ending,
      open: undefined,
      outputTail: 'ok',
      attempts: [{ attempt: 1, at: NOW + 50, error: 'exit code 3', retryInMs: 1_000, node: 'w1' }],
    });
  });

  test('in a shared state names its machine until its next attempt starts elsewhere', () => {
    const state = new State();
    const open = () => state.read((history) => history.open())[0];
    const run = { firing: firingOf('backup'), runId: 'r1', attempt: 1, latenessMs: 6 };
    const started: TimerEvent = { event: 'run.started', at: NOW + 6, ...run, pid: 7, node: 'w1' };
    state.commit([admitted('r1'), begun('r1', 1, NOW + 5), started]);
    expect(open()).toMatchObject({ node: 'w1' });
    state.stop();
    expect(state.start().ledger.recall().open).toMatchObject([{ node: 'w1' }]);
    state.commit([begun('r1', 2, NOW + 60)]);
    expect(open()).not.toHaveProperty('node');
  });

  test('whose fallback has started shows its pending outcome, and is recorded with both results', () => {
    const state = new State();
    const decided = { kind: 'finished', outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' } } as const;
    state.commit([admitted('r1'), begun('r1', 1, NOW + 5), { ...begun('r1', 2, NOW + 60), decided } as TimerEvent]);
    state.stop();
    expect(state.start().ledger.recall().open).toMatchObject([{ attempts: 1, startedAt: NOW + 5, decided }]);
    state.commit([finished('r1', { fallback: { outcome: { status: 'success' }, durationMs: 40 } })]);
    expect(state.read((history) => history.run('r1'))).toMatchObject({ open: undefined, ending: { fallback: {} } });
  });

  test('whose pending outcome is damaged counts as lost, so its fallback does not start again', () => {
    const state = new State();
    const decided = { kind: 'skipped', reason: 'breaker_open' } as const;
    state.commit([admitted('r1'), { ...begun('r1'), decided } as TimerEvent]);
    state.stop();
    const database = new DatabaseSync(state.path);
    database.exec(`UPDATE open_runs SET decided = '{"kind":"finished"}'`);
    database.close();
    const [open] = state.start().ledger.recall().open;
    expect(open).toMatchObject({ attempts: 0, decided: { kind: 'finished', outcome: { status: 'lost' } } });
  });

  test('is the same whether its events are committed one by one or together', () => {
    const [oneByOne, atOnce] = [new State(), new State()];
    const events = stages.map(([, event]) => event);
    for (const event of events) oneByOne.commit([event]);
    atOnce.commit(events);
    const open = oneByOne.read((history) => history.open());
    expect(open).toHaveLength(1);
    expect(atOnce.read((history) => history.open())).toEqual(open);
  });

  test('continues under the scheduler that finds it open', () => {
    const state = new State();
    state.commit([admitted('r1'), begun('r1'), admitted('r2'), admitted('r3')]);
    state.stop();
    state.commit([finished('r2'), begun('r1', 2, NOW + 9)]);
    const open = state.read((history) => history.open());
    expect(open.map((run) => [run.runId, run.attempts, run.startedAt])).toEqual([
      ['r1', 2, NOW],
      ['r3', 0, undefined],
    ]);
  });

  test('is no longer open once it is skipped or missed', () => {
    const state = new State();
    state.commit([admitted('r1'), admitted('r2')]);
    state.commit([
      { ...skipped, runId: 'r1' },
      { ...missed, runId: 'r2' },
    ]);
    expect(state.read((history) => history.open())).toEqual([]);
    expect(state.ended()).toEqual(['r1', 'r2']);
  });

  test('gets one outcome even if its end is reported twice', () => {
    const state = new State();
    state.commit([finished('r1')]);
    state.commit([finished('r1', { outcome: { status: 'lost' } })]);
    const endings = state.read((history) => history.endings({ limit: 9 }));
    expect(endings).toEqual([finished('r1')]);
  });
});

describe('history returns', () => {
  const state = () => {
    const one = new State();
    one.commit([
      finished('r1', { at: NOW + 1 }),
      finished('r2', { at: NOW + 2, firing: firingOf('other') }),
      finished('r3', { at: NOW + 3, outcome: { status: 'failure', exitCode: 1, error: 'exit code 1' } }),
      finished('r4', { at: NOW + 4, firing: firingOf('other'), outcome: { status: 'failure', exitCode: 1 } }),
      { ...skipped, at: NOW + 5, runId: 'r5' },
    ]);
    return one;
  };
  const asked = [
    ['the latest outcomes up to the limit, oldest first', { limit: 2 }, 'r4 r5'],
    ['the outcomes of one job', { jobName: 'backup', limit: 9 }, 'r1 r3 r5'],
    ['the latest outcome of one job', { jobName: 'backup', limit: 1 }, 'r5'],
    ['outcomes with one status', { status: 'failure', limit: 9 }, 'r3 r4'],
    ['skipped firings', { status: 'skipped', limit: 9 }, 'r5'],
    ['outcomes since an instant, inclusive', { since: NOW + 4, limit: 9 }, 'r4 r5'],
    ['outcomes until an instant, inclusive', { until: NOW + 2, limit: 9 }, 'r1 r2'],
    ['the earliest outcomes up to the limit, oldest first', { limit: 2, earliest: true }, 'r1 r2'],
    [
      'the earliest outcome of one job since an instant',
      { jobName: 'backup', since: NOW + 2, limit: 1, earliest: true },
      'r3',
    ],
    [
      'outcomes that match all filters',
      { jobName: 'other', status: 'failure', since: NOW, until: NOW + 9, limit: 9 },
      'r4',
    ],
    ['nothing for an unknown job', { jobName: 'nobody', limit: 9 }, ''],
  ] as const;
  test.each(asked)('%s', (_, query, expected) => {
    expect(
      state()
        .read((history) => history.endings(query))
        .map(({ runId }) => runId)
        .join(' '),
    ).toBe(expected);
  });

  test('durations of the latest runs that ended by themselves, in ascending order', () => {
    const one = new State();
    one.commit([
      finished('r1', { durationMs: 1, at: NOW + 1 }),
      finished('r2', { durationMs: 900, at: NOW + 2 }),
      finished('r3', { durationMs: 30, at: NOW + 3, outcome: { status: 'failure', exitCode: 1 } }),
      finished('r4', { durationMs: 7, at: NOW + 4, outcome: { status: 'canceled' } }),
      finished('r5', { durationMs: 70, at: NOW + 5, outcome: { status: 'timeout' } }),
    ]);
    const durations = (name: string, limit: number) => one.read((history) => history.durations(name, limit));
    expect(durations('backup', 3)).toEqual([30, 70, 900]);
    expect(durations('backup', 9)).toEqual([1, 30, 70, 900]);
    expect(durations('nobody', 9)).toEqual([]);
  });

  test('the outcome of a firing due at that time, or of a series that includes it', () => {
    const one = new State();
    const firing = { ...firingOf('backup'), scheduledFor: NOW + 50 };
    const row = { event: 'firing.missed', at: NOW + 60, firing, reason: 'downtime', count: 5 } as const;
    one.commit([
      finished('r1', { at: NOW + 9, firing: { ...firing, scheduledFor: NOW + 8 } }),
      { ...row, firstScheduledFor: NOW + 10, runId: 'row' },
      finished('r2', { at: NOW + 70, firing: { ...firing, scheduledFor: NOW + 65 } }),
    ]);
    const dueAt = (at: number) =>
      one
        .read((history) => history.endings({ jobName: 'backup', due: { from: at, until: at }, limit: 9 }))
        .map(({ runId }) => runId);
    expect([8, 9, 10, 30, 50, 51, 65].map((after) => dueAt(NOW + after).join(''))).toEqual([
      'r1',
      '',
      'row',
      'row',
      'row',
      '',
      'r2',
    ]);
  });

  test('one run by its id or an unambiguous prefix', () => {
    const one = new State();
    one.commit([admitted('abc1'), admitted('abd2'), admitted('x'), finished('abc1'), finished('xy')]);
    const idOf = (id: string) =>
      one.read((history) => history.run(id)?.ending?.runId ?? history.run(id)?.open?.runId) ?? 'none';
    expect(['abc1', 'abc', 'abd', 'ab', 'x', 'xy', 'q', ''].map(idOf).join(' ')).toBe(
      'abc1 abc1 abd2 none x xy none none',
    );
  });

  test('outcomes in batches by number, without those deleted in between', () => {
    state().read((history) => {
      const numbers = history.numbers({ jobName: 'backup', limit: 2 });
      expect(history.numbered(numbers).map((ending) => ending?.runId)).toEqual(['r3', 'r5']);
      const [first = 0] = numbers;
      expect(history.numbered([first, 4711, numbers[1] ?? 0]).map((ending) => ending?.runId)).toEqual([
        'r3',
        undefined,
        'r5',
      ]);
      expect(history.numbers({ limit: 9, earliest: true })).toEqual(history.numbers({ limit: 9 }));
    });
  });

  test('the results of several queries from one snapshot', () => {
    const one = state();
    one.commit([admitted('r6')]);
    one.read((history) => {
      const [open, ended] = history.still(() => {
        const before = history.open();
        one.commit([finished('r6')]);
        return [before, history.endings({ limit: 1 })];
      });
      expect([open[0]?.runId, ended[0]?.runId]).toEqual(['r6', 'r5']);
      expect(history.endings({ limit: 1 })[0]?.runId).toBe('r6');
    });
  });

  test('records over the scheduler’s own connection, without output on request', () => {
    const state = new State();
    const { recorded } = state.start();
    expect(recorded()?.endings({ limit: 10 })).toEqual([]);
    const fallback = { outcome: { status: 'success' } } as const;
    const full = finished('r1', { outputTail: 'long', fallback: { ...fallback, outputTail: 'long too' } });
    state.commit([full]);
    const read = (withoutOutput?: true) =>
      recorded()?.endings({ jobName: 'backup', limit: 10, ...(withoutOutput && { withoutOutput }) });
    expect(read()).toEqual([full]);
    expect(read(true)).toEqual([finished('r1', { fallback })]);
    expect(recorded()?.run('r1')?.outputTail).toBe('long');
  });

  test('records that a scheduler writes between two queries', () => {
    const one = state();
    one.read((history) => {
      expect(history.endings({ limit: 1 })[0]?.runId).toBe('r5');
      one.commit([finished('r6')]);
      expect(history.endings({ limit: 1 })[0]?.runId).toBe('r6');
    });
  });
});

test('sqlite3 shows all instants and names like the log', () => {
  const state = new State();
  const firing = fc.record({
    jobName: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/),
    scheduledFor: fc.integer({ min: 0, max: Date.parse('2200-01-01') }),
    trigger: fc.constantFrom<Trigger>('schedule', 'catch_up', 'manual', 'start'),
    generation: fc.nat(3),
  });
  const firings: Firing[] = fc.sample(firing, 500);
  state.commit(firings.map((one, index) => finished(`r${index}`, { firing: one, at: one.scheduledFor + 1 })));
  state.stop();
  const database = new DatabaseSync(state.path);
  const rows = database.prepare('SELECT firing_id, task_name, scheduled_at, ended_at FROM history').all();
  expect(rows.map((row: object) => ({ ...row }))).toEqual(
    firings.toReversed().map((one) => ({
      firing_id: firingId(one),
      task_name: one.jobName,
      scheduled_at: toTimestamp(one.scheduledFor),
      ended_at: toTimestamp(one.scheduledFor + 1),
    })),
  );
});

test('thousands of outcomes in one commit are all recorded', () => {
  const state = new State();
  state.commit(Array.from({ length: 20_000 }, (_, run) => finished(`r${run}`)));
  expect(state.ended()).toHaveLength(20_000);
});
