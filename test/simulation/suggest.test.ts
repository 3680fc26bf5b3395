import { describe, expect, test } from 'vitest';
import type { Job } from '../../src/domain/job.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { parseScheduleAt, writtenOut, type ScheduleSpec } from '../../src/schedules/index.js';
import { moved, movesOf } from '../../src/simulation/moves.js';
import { simulate } from '../../src/simulation/simulate.js';
import { suggestMoves } from '../../src/simulation/suggest.js';
import { job } from '../support/rig.js';
import { NIGHT, scenario } from './scenario.js';

const timer = (name: string, key: 'cron' | 'every', text: string): Job => {
  const [interval = '', offset = '0s'] = text.split(' + ');
  const spec: ScheduleSpec = {
    timezone: 'UTC',
    ...(key === 'cron' ? { cron: text } : { every: { interval, offset } }),
  };
  return job(name, parseScheduleAt(spec, { start: NIGHT }), { written: { key, text } });
};
const moves = (key: 'cron' | 'every', text: string) => movesOf(timer('a', key, text), writtenOut);
const firstOf = (one: Job, count: number, after = NIGHT): number[] => {
  const next = count === 0 ? undefined : one.schedule.next(after);
  return next === undefined ? [] : [next, ...firstOf(one, count - 1, next)];
};

describe('the possible moves of a timer', () => {
  test.each([
    ['cron', '0 3 * * *', 59, '1 3 * * *'],
    ['cron', '30 12 */2 * MON', 59, '0 12 */2 * MON'],
    ['cron', '5 30 3 * * *', 59, '5 0 3 * * *'],
    ['cron', '@daily', 59, '1 0 * * *'],
    ['every', '5m', 4, '5m + 1m'],
    ['every', '5m + 4m', 4, '5m + 0m'],
    ['every', '2h + 30s', 59, '2h + 90000ms'],
  ] as const)('for %s: %s', (key, text, count, first) => {
    const found = moves(key, text);
    expect(found).toHaveLength(count);
    expect(found[0]?.written).toEqual({ key, text: first });
  });

  test.each([
    ['cron', '*/5 * * * *'],
    ['cron', '0,30 * * * *'],
    ['every', '1m'],
    ['every', '10s'],
  ] as const)('do not exist for %s: %s', (key, text) => {
    expect(moves(key, text)).toEqual([]);
  });

  test.each([
    ['cron', '10 3 * * *'],
    ['every', '7m + 2m'],
  ] as const)('for %s: %s cause the same firings as the equivalent schedule', (key, text) => {
    const one = timer('a', key, text);
    for (const move of movesOf(one, writtenOut)) {
      const written = timer('a', key, move.written.text);
      expect(firstOf(moved(one, move), 20, NIGHT + DAY)).toEqual(firstOf(written, 20, NIGHT + DAY));
    }
  });
});

const suggest = (jobs: readonly Job[], lasting = SECOND) =>
  suggestMoves({
    jobs,
    busiestAt: NIGHT + 3 * HOUR,
    lasting: () => lasting,
    movesOf: (one) => movesOf(one, writtenOut),
  });

describe('a suggestion', () => {
  test('keeps the first two of many timers at 03:00 and moves the others', async () => {
    const jobs = Array.from({ length: 6 }, (_, index) => timer(`job-${index}`, 'cron', '0 3 * * *'));
    const proposed = suggest(jobs);
    expect(proposed.map(({ job: { name } }) => name).sort()).toEqual(['job-2', 'job-3', 'job-4', 'job-5']);
    const moveOf = new Map(proposed.map(({ job: one, move }) => [one, move]));
    const after = jobs.map((one) => (moveOf.has(one) ? moved(one, moveOf.get(one)!) : one));
    const busiest = async (all: readonly Job[]) =>
      (await simulate(scenario(all, DAY), () => undefined)).minutes.busiest(1)[0]!.starts;
    expect([await busiest(jobs), await busiest(after)]).toEqual([6, 2]);
  });

  test('separates long runs by more than a minute', () => {
    const jobs = Array.from({ length: 3 }, (_, index) => timer(`job-${index}`, 'cron', '0 3 * * *'));
    expect(suggest(jobs, 10 * MINUTE)).toMatchObject([{ job: { name: 'job-2' }, move: { by: 10 * MINUTE } }]);
  });

  test('leaves two timers in one minute, and a timer that cannot move', () => {
    expect(suggest([timer('a', 'cron', '0 3 * * *'), timer('b', 'cron', '0 3 * * *')])).toEqual([]);
    expect(suggest(['a', 'b', 'c'].map((name) => timer(name, 'cron', '*/5 * * * *')))).toEqual([]);
  });

  test('moves a timer only to a quieter minute', () => {
    const everywhere = Array.from({ length: 3 }, (_, index) => timer(`every-${index}`, 'every', '1m'));
    expect(suggest([...everywhere, timer('a', 'cron', '0 3 * * *')])).toEqual([]);
  });
});
