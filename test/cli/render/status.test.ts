import { expect, test } from 'vitest';
import { printStatus } from '../../../src/cli/render/status.js';
import { capturedTerminal } from '../../support/past.js';
import { ago, inSeconds, run, status, timer } from '../top/scene.js';

/** The lines of the table below its head. */
function shown(...timers: Parameters<typeof status>[0]): readonly string[] {
  const terminal = capturedTerminal({ width: 120 });
  printStatus(status(timers), { terminal, timezone: 'UTC', asJson: false });
  return terminal.said.out.slice(1).map((line) => line.trim());
}

test('consecutive failures are shown as such, not as a count next to the last outcome', () => {
  const [one, canceled, alone] = shown(
    timer('one', { last_status: 'timeout', failures_in_a_row: 5, last_finished_at: ago(3) }),
    timer('two', { last_status: 'canceled', failures_in_a_row: 5, last_finished_at: ago(3) }),
    timer('three', { last_status: 'failure', failures_in_a_row: 1, last_finished_at: ago(3) }),
  );
  expect(one).toMatch(/ timeout 3 s ago, 5 failures in a row$/);
  expect(canceled).toMatch(/ canceled 3 s ago, 5 failures in a row$/);
  expect(alone).toMatch(/ failure 3 s ago$/);
});

test('a timer without a next firing is done, or never ran', () => {
  const [done, never] = shown(
    timer('one', { next_at: null, last_status: 'success', last_finished_at: ago(3) }),
    timer('two', { next_at: null, last_status: null, last_finished_at: null }),
  );
  expect(done).toMatch(/^one +done +success 3 s ago$/);
  expect(never).toMatch(/^two +never ran$/);
});

test.each(['missed', 'skipped'] as const)(
  'a timer without a next firing whose last outcome was %s is not done',
  (status) => {
    const [line] = shown(timer('one', { next_at: null, last_status: status, last_finished_at: ago(3) }));
    expect(line).toMatch(new RegExp(`^one +${status} +${status} 3 s ago$`));
  },
);

test('jitter is shown as time to the actual start and the nominal time', () => {
  const [line] = shown(timer('one', { next_at: inSeconds(60), starts_at: inSeconds(312) }));
  expect(line).toMatch(/ in 5 min 12 s, due \d\d:\d\d:\d\d /);
});

test('in 80 columns, the end of a pause is never truncated', () => {
  const paused = (until: string, reason: string) => ({ paused: { since: ago(3), until, reason } });
  const long = 'a reason that takes more than a line of the terminal'.repeat(2);
  const shaky = { last_status: 'failure', failures_in_a_row: 1234, last_finished_at: ago(3) } as const;
  const terminal = capturedTerminal({ width: 80 });
  const timers = [
    timer('soon', { ...shaky, ...paused(inSeconds(3600), long) }),
    timer('a-timer-with-a-long-name', { ...shaky, ...paused(inSeconds(2 * 86_400), long) }),
  ];
  printStatus(status(timers), { terminal, timezone: 'UTC', asJson: false });
  const { out } = terminal.said;
  expect(out[1]).toMatch(/^soon +paused until \d\d:\d\d:\d\d: a reason .*…/);
  expect(out[2]).toMatch(/^a-timer-with-a-l\S* +paused until \w{3} \d\d:\d\d:\d\d \+00:00\b/);
  expect(Math.max(...out.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each([
  [1, '1 waits'],
  [2, '2 wait'],
  [null, 'some wait'],
])('%s outcomes that the forward server does not accept are reported as: %s', (unsent, words) => {
  const terminal = capturedTerminal({ width: 120 });
  const forward = { receiver: 'hub.example', unsent, unavailable_since: ago(60), reason: 'it does not respond' };
  printStatus({ ...status([timer('one')]), forward }, { terminal, timezone: 'UTC', asJson: false });
  expect(terminal.said.err.join('\n')).toContain(
    `hub.example has not accepted outcomes for 1 min, and ${words}: it does`,
  );
});

test('on a shared state, status names the active and standby machines and the takeover', () => {
  const terminal = capturedTerminal({ width: 120 });
  const two = { name: 'web-2', version: '1', since: ago(3), has_same_timers: false };
  const machines = { state: 'redis://db', node: 'web-1', role: 'active', active: 'web-1', others: [two] } as const;
  const took = { at: ago(60), from: 'web-2', gap_ms: 5_200, times: 2 };
  const shared = { ...machines, lease_ms_left: 9_500, fence: 42, took_over: took };
  printStatus({ ...status([]), shared }, { terminal, timezone: 'UTC', asJson: false });
  expect(terminal.said.err[0]).toBe(
    'timers: web-1 is active on redis://db, its lease lasts 9.5 s; web-2 (with a different timer file) stands by',
  );
  expect(terminal.said.err[1]).toBe(
    'timers: web-1 took over from web-2 1 min ago, 5.2 s after that machine was last seen, 2 takeovers since it started; fence 42',
  );
  expect(terminal.said.err[2]).toMatch(/^timers: web-1: pid \d+, version /);
});

test('on a shared state, status shows which runs wait for workers', () => {
  const terminal = capturedTerminal({ width: 120 });
  const machines = { state: 'redis://db', node: 'one', role: 'active', active: 'one', lease_ms_left: 9_500 } as const;
  const queues = [
    { label: 'any', waiting: 3, active: 4, oldest_ms: 5_000, slots: 4 },
    { label: 'big', waiting: 1, active: 4, oldest_ms: 20, slots: 4 },
    { label: 'gpu', waiting: 1, active: 0, oldest_ms: 56_000, slots: 0 },
  ];
  const shared = { ...machines, others: [], queues };
  printStatus({ ...status([]), shared }, { terminal, timezone: 'UTC', asJson: false });
  expect(terminal.said.err.slice(1, 3)).toEqual([
    'timers: 3 runs wait for a worker with the label any, one of them for 5 s; 4 of 4 slots in use',
    'timers: 1 run waits for a worker with the label gpu, for 56 s; no such worker is connected',
  ]);
});

test('a removed timer says so next to its run', () => {
  const [line] = shown(timer('gone', { removed: true, next_at: null, runs: [run({ elapsed_ms: 12_000 })] }));
  expect(line).toMatch(/^gone +running 12 s, removed\b/);
});

test('runs that wait are not counted as active', () => {
  const [first, second] = [
    run({ state: 'attempting', elapsed_ms: 2_000 }),
    run({ state: 'attempting', elapsed_ms: 1_000 }),
  ];
  const waiting = run({ state: 'waiting', elapsed_ms: 0 });
  const terminal = capturedTerminal({ width: 120 });
  const timers = [
    timer('one', { runs: [first, waiting] }),
    timer('two', { runs: [first, second] }),
    timer('three', { runs: [waiting] }),
  ];
  printStatus(status(timers), { terminal, timezone: 'UTC', asJson: false });
  const [, one, two, three] = terminal.said.out.map((line) => line.trim());
  expect(one).toMatch(/^one +running 2 s, 1 waiting\b/);
  expect(two).toMatch(/^two +running 2 s \(2 runs\)/);
  expect(three).toMatch(/^three +waiting\b/);
  expect(terminal.said.err.join('\n')).toContain(', 3 active runs, 2 waiting');
});

test.each([
  ['the clock was set', { uptime_ms: 90_000, started_at: inSeconds(3_600) }, 'up 1 min 30 s'],
  ['an earlier version does not report it', { started_at: ago(90) }, 'up 1 min 30 s'],
  ['an earlier version does not report it and the clock was set back', { started_at: inSeconds(90) }, 'up 0 ms'],
  ['it has not started', { uptime_ms: null, started_at: null }, 'version 1, 0 active runs'],
])('the uptime is shown if %s', (_, facts, words) => {
  const terminal = capturedTerminal({ width: 120 });
  printStatus(status([], facts), { terminal, timezone: 'UTC', asJson: false });
  expect(terminal.said.err.at(-1)).toContain(words);
});
