import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

test('a start with hardly any files to open runs as far as they go', async () => {
  desk.write('timers.yaml', 'state: false\ntimers:\n  job: { in: 1ms, run: "true" }\n');
  const wrap = ['/bin/sh', '-c', 'ulimit -n 24; exec "$@"', 'sh'];
  const { code, stderr } = await desk.start(['start'], { wrap }).ended;
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/internal error|package\.json/);
});
