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

test('where not all have a lane, those that run or fail come first, then those that failed lately', () => {
  expect(picked(2)).toEqual(['runs', 'fails']);
  expect(picked(3)).toEqual(['runs', 'fails', 'failed']);
});

test('where all have one, nothing moves', () => {
  expect(picked(4)).toEqual(['rests', 'failed', 'runs', 'fails']);
});
