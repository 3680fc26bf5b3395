import { expect, test } from 'vitest';
import { printStatus } from '../../../src/cli/render/status.js';
import { capturedTerminal } from '../../support/past.js';
import { ago, inSeconds, status, timer } from '../top/scene.js';

/** The lines of the table below its head. */
function shown(...timers: Parameters<typeof status>[0]): readonly string[] {
  const terminal = capturedTerminal({ width: 120 });
  printStatus(status(timers), { terminal, timezone: 'UTC', asJson: false });
  return terminal.said.out.slice(1).map((line) => line.trim());
}

test('failures in a row are told as such, not as a count of the last outcome', () => {
  const [one, canceled, alone] = shown(
    timer('one', { last_status: 'timeout', failures_in_a_row: 5, last_finished_at: ago(3) }),
    timer('two', { last_status: 'canceled', failures_in_a_row: 5, last_finished_at: ago(3) }),
    timer('three', { last_status: 'failure', failures_in_a_row: 1, last_finished_at: ago(3) }),
  );
  expect(one).toMatch(/ timeout 3 s ago, 5 failures in a row$/);
  expect(canceled).toMatch(/ canceled 3 s ago, 5 failures in a row$/);
  expect(alone).toMatch(/ failure 3 s ago$/);
});

test('jitter: how long to the actual start, and when it is due', () => {
  const [line] = shown(timer('one', { next_at: inSeconds(60), starts_at: inSeconds(312) }));
  expect(line).toMatch(/ in 5 min 12 s, due \d\d:\d\d:\d\d /);
});
