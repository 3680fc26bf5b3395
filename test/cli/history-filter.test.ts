import { describe, expect, test } from 'vitest';
import {
  checkNames,
  find,
  MOST_SHOWN,
  readFilter,
  type HistoryArguments,
} from '../../src/cli/commands/history/filter.js';
import type { History } from '../../src/domain/ledger.js';
import { FakeHistory, finished, firingAt, instant, missed, remembered, running, skipped } from '../support/past.js';

const now = new Date(2026, 10, 23, 10).getTime();
const HOUR = 3_600_000;

const read = (asked: Partial<HistoryArguments> = {}) =>
  readFilter({ names: [], ...asked }, { now, timezone: 'Europe/Berlin' });

describe('the requested period', () => {
  test('covers the latest 20 outcomes by default, unless a count or a start is given', () => {
    expect(read()).toMatchObject({ names: [], statuses: [], since: undefined, until: undefined, count: 20 });
    expect(read({ count: '3', since: '2h' }).count).toBe(3);
    expect(read({ since: '2h' }).count).toBe(MOST_SHOWN);
    expect(read({ until: '2h' }).count).toBe(20);
  });

  test.each([
    ['2h', now - 2 * HOUR],
    ['1d12h', now - 36 * HOUR],
    ['PT30M', now - HOUR / 2],
    ['today', instant('2026-11-22T23:00:00')],
    ['yesterday', instant('2026-11-21T23:00:00')],
    ['2026-11-20 08:00', instant('2026-11-20T07:00:00')],
    ['2026-11-20T08:00:00Z', instant('2026-11-20T08:00:00')],
    ['2026-11-20', instant('2026-11-19T23:00:00')],
  ])('can start at %s', (since, expected) => {
    expect(read({ since }).since).toBe(expected);
  });

  test('can be limited to several outcomes, separated by commas', () => {
    expect(read({ status: 'failure, timeout,failure' }).statuses).toEqual(['failure', 'timeout']);
  });

  test.each([
    [{ status: 'sucess' }, '--status: unknown outcome "sucess". Did you mean success?'],
    [{ status: 'failed' }, '--status: unknown outcome "failed". Did you mean failure?'],
    [
      { status: 'success,xyz' },
      '--status: unknown outcome "xyz". It is one of: success, failure, timeout, canceled, lost, skipped, missed',
    ],
    [
      { since: 'monday' },
      '"monday" is not a valid --since. Use a time (2027-01-01 00:00, RFC 3339), a time of day (17:00), yesterday, today or tomorrow (tomorrow 09:00), now, or a duration (2h, 7d).',
    ],
    [{ until: '5' }, '"5" is not a valid --until. Use a time'],
    [{ since: '2026-02-30' }, '--since: "2026-02-30": that month has 28 days.'],
    [{ count: '0' }, '"0" is not a valid --count. Use a whole number from 1 to 999,999,999.'],
  ])('%j is rejected with the correct form', (asked, said) => {
    expect(() => read(asked)).toThrow(said);
  });
});

describe('the filtered history', () => {
  const failure = { outcome: { status: 'failure', exitCode: 1, error: 'exit code 1' } } as const;
  const report = (timestamp: string) => firingAt(timestamp, { jobName: 'report' });
  const endings = [
    finished(firingAt('2026-11-23T01:00:00')),
    finished(report('2026-11-23T02:00:00'), failure),
    skipped(firingAt('2026-11-23T03:00:00')),
    finished(firingAt('2026-11-23T04:00:00'), failure),
    missed(firingAt('2026-11-23T05:00:00', { jobName: 'other' })),
  ];
  const history = new FakeHistory({ endings, open: [running(report('2026-11-23T06:00:00'))] });
  const foundBy = (asked: Partial<HistoryArguments>) => {
    const { numbers, open } = find(history, read(asked));
    const found = history.numbered(numbers).flatMap((ending) => ending ?? []);
    return [...found.map(({ firing }) => firing), ...open.map(({ firing }) => firing)]
      .map(({ jobName, scheduledFor }) => `${jobName} ${new Date(scheduledFor).getUTCHours()}`)
      .join(', ');
  };

  test.each([
    [{}, 'backup 1, report 2, backup 3, backup 4, other 5, report 6'],
    [{ names: ['report', 'other', 'report'] }, 'report 2, other 5, report 6'],
    [{ names: ['report', 'backup'], count: '2' }, 'backup 3, backup 4, report 6'],
    [{ status: 'failure,missed' }, 'report 2, backup 4, other 5'],
    [{ status: 'failure', names: ['report', 'backup'], count: '1' }, 'backup 4'],
    [{ until: '2026-11-23T02:30:00Z' }, 'backup 1, report 2'],
    [{ since: '2026-11-23T03:30:00Z' }, 'backup 4, other 5, report 6'],
  ])('for %j is sorted oldest first, with open runs last', (asked, expected) => {
    expect(foundBy(asked)).toBe(expected);
  });

  test('shows a run that ends during the query only once', () => {
    const asked: string[] = [];
    const watched: History = {
      endings: (query) => history.endings(query),
      numbered: (numbers) => history.numbered(numbers),
      run: () => undefined,
      runIds: () => [],
      durations: () => [],
      jobs: () => history.jobs(),
      lastSeenAt: () => undefined,
      close: () => undefined,
      numbers: (query) => (asked.push('numbers'), history.numbers(query)),
      open: () => (asked.push('open'), history.open()),
      still: (ask) => {
        asked.push('(');
        const answer = ask();
        asked.push(')');
        return answer;
      },
    };
    find(watched, read());
    expect(asked.join(' ')).toMatch(/^\( (numbers open|open numbers) \)$/);
  });

  test('shows the latest outcomes of a long period and says that there are more', () => {
    const many = Array.from({ length: MOST_SHOWN + 1 }, (_, at) => skipped(firingAt('2026-11-23T00:00:00'), { at }));
    const crowd = new FakeHistory({ endings: many });
    const found = find(crowd, read({ since: '1970-01-01' }));
    expect(found.isCut).toBe(true);
    expect(found.numbers).toHaveLength(MOST_SHOWN);
    expect(crowd.numbered(found.numbers.slice(-1))).toEqual(many.slice(-1));
    expect(find(crowd, read({ since: '1970-01-01', count: '10000' })).isCut).toBe(false);
    expect(find(crowd, read()).numbers).toHaveLength(20);
    expect(find(crowd, read()).isCut).toBe(true);
    expect(find(crowd, read({ count: '20' })).isCut).toBe(false);
    expect(find(new FakeHistory({ endings: many.slice(0, 20) }), read()).isCut).toBe(false);
  });
});

describe('timer names', () => {
  const jobs = [remembered('removed')];
  const history = new FakeHistory({
    jobs,
    endings: [finished(firingAt('2026-11-23T01:00:00', { jobName: 'ancient' }))],
  });

  test('from the file and from the history are accepted, even of removed timers', () => {
    expect(() => checkNames(['backup', 'removed', 'ancient'], ['backup'], history)).not.toThrow();
  });

  test('that are unknown to both are rejected with the nearest name', () => {
    expect(() => checkNames(['remove'], ['backup'], history)).toThrow(
      'unknown timer "remove" in the file or in the history. Did you mean removed?',
    );
    expect(() => checkNames(['zzz'], ['backup'], history)).toThrow('It has: backup, removed');
  });
});
