import { expect, test } from 'vitest';
import type { LiveTimer } from '../../src/domain/api-record.js';
import { pickLanes } from '../../src/page/pick-lanes.js';
import { NOW, runAt, timerAt } from './timer.js';

const timer = (name: string, facts: Partial<LiveTimer> = {}) => timerAt(NOW, { task_name: name, ...facts });
const TIMERS = [
  timer('rests'),
  timer('failed', { recent: ['failure', 'success'] }),
  timer('runs', { runs: [runAt(NOW)] }),
  timer('fails', { failures_in_a_row: 1 }),
];
const picked = (most: number) => pickLanes(TIMERS, most).map(({ task_name: name }) => name);

test('if not all lanes fit, active and failing timers come first, then those that failed recently', () => {
  expect(picked(2)).toEqual(['runs', 'fails']);
  expect(picked(3)).toEqual(['runs', 'fails', 'failed']);
});

test('if all lanes fit, the order stays', () => {
  expect(picked(4)).toEqual(['rests', 'failed', 'runs', 'fails']);
});
