import { describe, expect, test } from 'vitest';
import type { LiveTimer } from '../../src/domain/api-record.js';
import { has, statesOf, whySkipped } from '../../src/page/state.js';
import { ago, ahead } from '../../src/page/words.js';
import { NOW, runAt, timerAt } from './timer.js';

const AT = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const timer = (facts: Partial<LiveTimer> = {}): LiveTimer => timerAt(NOW, facts);

const running = runAt(NOW);

const said = (facts: Partial<LiveTimer>, receivedAt = NOW) =>
  statesOf(timer(facts), NOW, receivedAt).map(({ word }) => word.replace(/\d\d:\d\d:00/, 'T'));

describe('the state of a timer', () => {
  test.each<[string[], Partial<LiveTimer>]>([
    [['ok'], {}],
    [['not run yet'], { last_status: null }],
    [['done'], { next_at: null }],
    [['never ran'], { next_at: null, last_status: null }],
    [['skipped'], { last_status: 'skipped' }],
    [['failing'], { last_status: 'failure', failures_in_a_row: 1 }],
    [['failing, 3 in a row', 'disabled'], { failures_in_a_row: 3, enabled: false }],
    [
      ['paused until T', 'breaker open until T'],
      { paused: { until: AT(5), reason: null }, breaker: { state: 'open', until: AT(5) } },
    ],
    [['paused'], { paused: { until: null, reason: null } }],
    [['paused until T: disk swap'], { paused: { until: AT(5), reason: 'disk swap' } }],
    [['breaker allows one trial run'], { breaker: { state: 'half_open', until: null } }],
    [['running 1 min, attempt 2'], { runs: [running] }],
    [['waiting'], { runs: [{ ...running, state: 'parked' }] }],
  ])('is %s', (words, facts) => {
    expect(said(facts)).toEqual(words);
  });

  test('keeps counting between two messages during a run', () => {
    expect(said({ runs: [{ ...running, attempts: 1 }] }, NOW - 5_000)).toEqual(['running 1 min 5 s']);
  });

  test('is matched by filters', () => {
    expect(has(timer({ breaker: { state: 'open', until: AT(5) } }), 'failing')).toBe(true);
    expect(has(timer({ enabled: false }), 'disabled')).toBe(true);
    expect(has(timer(), 'running')).toBe(false);
  });

  test('shows beforehand that a firing will be skipped', () => {
    expect(whySkipped(timer({ paused: { until: AT(20), reason: null } }))).toBe('skipped: paused');
    expect(whySkipped(timer({ paused: { until: AT(5), reason: null } }))).toBe('');
    expect(whySkipped(timer({ breaker: { state: 'open', until: AT(20) } }))).toBe('skipped: breaker open');
    expect(whySkipped(timer({ next_at: null, paused: { until: null, reason: null } }))).toBe('');
  });
});

test('future times count in seconds and are never early, and past times are coarse', () => {
  expect([ahead(NOW + 1, NOW), ahead(NOW + 65_000, NOW), ahead(NOW, NOW)]).toEqual(['in 1 s', 'in 1 min 5 s', 'due']);
  expect([ago(NOW - 59_000, NOW), ago(NOW - 125_000, NOW)]).toEqual(['just now', '2 min ago']);
});
