import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAskedTime } from '../../src/cli/commands/why/asked-time.js';
import { UsageError } from '../../src/cli/command.js';
import { printWhy } from '../../src/cli/commands/why/render.js';
import { whyTimer } from '../../src/cli/commands/why/why-timer.js';
import type { Firing } from '../../src/domain/firing.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import type { JobMemory } from '../../src/domain/ledger.js';
import { fingerprintOf, type Job } from '../../src/domain/job.js';
import { loadTimerFile } from '../../src/config/index.js';
import type { Outcome } from '../../src/domain/outcome.js';
import { openState } from '../../src/stores/index.js';
import { thisMachine } from '../../src/this-machine.js';
import { FakeClock } from '../support/fake-clock.js';
import { finished, firingAt, instant, missed, remembered, running, skipped } from '../support/past.js';
import { Desk } from '../support/program.js';
import { RecordedTerminal } from '../support/recorded-terminal.js';

const NOW = instant('2026-11-24T07:00:00');

const FILE = `
timezone: Europe/Berlin
state: ./past.db
timers:
  backup: { cron: "0 3 * * *", run: ./backup.sh }
  weekdays: { cron: "0 3 * * MON-FRI", run: x }
  night: { cron: "30 2 * * *", run: x }
  strict: { cron: "30 2 * * *", dst: { gap: skip, repeat: both }, run: x }
  poll: { cron: "*/10 * * * *", run: x }
  ticks: { cron: "*/10 * 3 * * *", run: x }
  either: { cron: "0 3 13 * FRI", run: x }
  several: { cron: ["0 3 * * *", "0 4 * * SUN"], run: x }
  ping: { every: 10m, run: x }
  fortnight: { every: { interval: 2w, at: "2027-03-21 02:30" }, run: x }
  other: { every: { interval: 2w, at: "2027-03-28 02:30" }, dst: { gap: skip }, run: x }
  again: { every: { interval: 2w, at: "2026-10-25 02:30" }, run: x }
  rest: { every: { interval: 1h, from: end }, run: x }
  once: { at: "2027-01-01 00:00", run: x }
  later: { cron: "0 3 * * *", not_before: 2027-01-01, run: x }
  thrice: { cron: "0 3 * * *", max_runs: 3, run: x }
  over: { cron: "0 3 * * *", not_after: 2026-11-01, run: x }
  caught: { cron: "0 3 * * *", catch_up: 6h, run: x }
  off: { cron: "0 3 * * *", enabled: false, run: x }
  far: { cron: "30 5 * * *", timezone: Asia/Kolkata, run: x }
  spread: { cron: "0 3 * * *", jitter: 10m, run: x }
`;

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', FILE);
});
afterEach(() => desk.clear());

/** The records of a scheduler that has run until now; it knows every timer of the file. */
async function record(events: readonly TimerEvent[], memory: Partial<JobMemory> = {}): Promise<void> {
  const { timerFile } = await loadTimerFile({ cwd: desk.folder }, thisMachine(NOW));
  const clock = new FakeClock('2026-11-24T06:00:00Z');
  const opening = openState({
    path: join(desk.folder, 'past.db'),
    clock,
    pid: 1,
    retention: { keep: 1e12, runs: 1_000 },
  });
  if (opening.kind !== 'open') throw new Error(`the state is ${opening.kind}`);
  opening.ledger.recall();
  const recordOf = (job: Job) => ({
    ...remembered(job.name, { cursor: instant('2026-11-24T06:00'), ...memory }),
    fingerprint: fingerprintOf(job),
  });
  void opening.ledger.commit(events, timerFile!.jobs.map(recordOf), clock.now());
  clock.stepWall(1_800_000);
  void opening.ledger.close();
}

async function why(
  name: string,
  at?: string,
  options: { asJson?: boolean; timezone?: string; clock?: { now: () => number } } = {},
): Promise<string> {
  const terminal = new RecordedTerminal(desk.folder);
  const { asJson = false, ...shown } = options;
  const answer = await whyTimer(terminal, name, {
    clock: { now: () => NOW },
    ...shown,
    ...(at !== undefined && { at }),
  });
  if (answer) printWhy(answer, { terminal, asJson });
  return terminal.said;
}

/** The answer and its reasons: everything above the schedule, without the head. */
async function answer(name: string, at?: string): Promise<string> {
  const [head = '', behind = ''] = (await why(name, at)).split('\n\n');
  const isBehind = !/^(?:cron|every|in|at): /.test(behind);
  return [...head.split('\n').slice(1), ...(isBehind ? [behind] : [])].join('\n');
}

test('predictions start at the time when the file was read', async () => {
  const readings = [NOW - 3_600_000];
  const clock = { now: () => readings.pop() ?? NOW };
  expect(await why('weekdays', undefined, { clock })).toBe(await why('weekdays'));
});

test('a later manual firing is the last one', async () => {
  const failed = { status: 'failure', exitCode: 3, error: 'exit code 3' } as const;
  const manual = firingAt('2026-11-24T05:00:07', { trigger: 'manual' });
  await record([finished(firingAt('2026-11-24T02:00')), finished(manual, { outcome: failed, runId: 'mg1c9x3k0abcd' })]);
  expect(await answer('backup')).toMatch(
    /^No firing by its schedule, but it was started manually: failure, exit code 3/,
  );
});

describe('a timer that is no longer in the file', () => {
  const gone = (timestamp: string, facts: Partial<Firing> = {}) => firingAt(timestamp, { jobName: 'gone', ...facts });

  test('has its recorded firings explained, without a schedule', async () => {
    const failed = { status: 'failure', exitCode: 3, error: 'exit code 3' } as const;
    await record([
      finished(gone('2026-11-24T02:00'), { runId: 'mg1c0x3k0abcd' }),
      finished(gone('2026-11-24T05:00'), { outcome: failed }),
    ]);
    expect(await why('gone')).toBe(`\
gone  Tue 2026-11-24 06:00:00 +01:00  2 h ago
It ran: failure, exit code 3. The timer is no longer in the file, so its
  schedule is unknown.

It began at 06:00:00, on time, and ended at 06:00:00, in 900 ms.
The full run: timers history --run mg1c2x3k
`);
    expect(await answer('gone', '03:00')).toMatch(/^It ran: success in 900 ms\. The timer is no longer in the file/);
  });

  test('says so of a manual firing, too, and of a time without a record', async () => {
    await record([finished(gone('2026-11-24T05:00', { trigger: 'manual' }))]);
    expect(await answer('gone')).toMatch(/^It was started manually: success in 900 ms\. The timer is no longer/);
    expect(await answer('gone', '04:00')).toMatch(/^Nothing is recorded for that time\. The timer is no longer/);
    expect(JSON.parse(await why('gone', undefined, { asJson: true }))).toMatchObject({
      obstacles: ['removed'],
      next_at: null,
    });
  });

  test('claims nothing about keys that it had', async () => {
    await record([missed(gone('2026-11-24T02:00')), skipped(gone('2026-11-24T05:00'))]);
    expect(await why('gone', '03:00')).not.toContain('catch_up');
    expect(await why('gone')).not.toContain('overlap:');
  });

  test('is unknown if nothing of it is recorded', async () => {
    await record([finished(firingAt('2026-11-24T02:00'))]);
    await expect(why('gone')).rejects.toThrow('unknown timer "gone"');
  });
});

describe('a command that only SIGKILL ended', () => {
  const KILLED = 'SIGTERM did not end it in time, so SIGKILL did.';
  const ended = async (outcome: Outcome) => {
    await record([finished(firingAt('2026-11-24T02:00'), { outcome })]);
    return answer('backup', '03:00');
  };

  test.each(['timeout', 'canceled'] as const)('is named after a %s', async (status) => {
    expect(await ended({ status, signal: 'SIGKILL', error: 'why' })).toContain(`\n${KILLED}\n`);
  });

  test.each([
    ['by SIGTERM', { status: 'timeout', signal: 'SIGTERM', error: 'timed out after 2 s' }],
    ['by a SIGKILL of another program', { status: 'failure', signal: 'SIGKILL', error: 'ended by signal SIGKILL' }],
  ] as const)('is not one that was ended %s', async (_, outcome) => {
    expect(await ended(outcome)).not.toContain(KILLED);
  });
});

test('an ad-hoc timer is explained after its only firing', async () => {
  await record([finished(firingAt('2026-11-24T05:00', { jobName: 'at:1' }))]);
  expect(await answer('at:1')).toMatch(/^It ran: success in 900 ms\. It is an ad-hoc timer, which fires once\.\n/);
});

describe('an explanation', () => {
  test('compares each field, and shows the previous and the next firing', async () => {
    expect(await why('weekdays', '2026-11-22 03:00')).toBe(`\
weekdays  Sun 2026-11-22 03:00:00 +01:00  2 d 5 h ago
No firing: day of week MON-FRI, not Sunday.

cron: 0 3 * * MON-FRI (At 03:00, on Monday to Friday), in Europe/Berlin
  FIELD         WRITTEN  MEANS             03:00     MATCHES
  minute        0                          0         yes
  hour          3                          3         yes
  day of month  *        every day         the 22nd  yes
  month         *        every month       November  yes
  day of week   MON-FRI  Monday to Friday  Sunday    no

previous firing  Fri 2026-11-20 03:00:00 +01:00  4 d 5 h ago
next firing      Mon 2026-11-23 03:00:00 +01:00  1 d 5 h ago
`);
  });

  test('compares the time with each of several expressions', async () => {
    const said = await why('several', '04:00');
    expect(said).toContain('No firing: none of its 2 expressions matches it.');
    expect(said).toMatch(/^ {2}0 3 \* \* \* +no$/m);
    expect(said).toMatch(/^ {4}hour +3 +4 +no$/m);
    expect(said).toMatch(/^ {4}day of week +SUN +Sunday +Tuesday +no$/m);
  });

  test('mentions a minute that contains several firings', async () => {
    expect(await answer('ticks', '03:00')).toContain('That time contains 6 firings; this is the first of them.');
    expect(await answer('ticks', '03:00:05')).toBe('No firing: second */10, not 5.');
  });

  test('covers the first recorded one of several firings in a minute', async () => {
    await record([
      finished(firingAt('2026-11-24T02:00:30', { jobName: 'ticks' }), { runId: 'mg1c2x3m0abcd' }),
      finished(firingAt('2026-11-24T02:00:20', { jobName: 'ticks' })),
    ]);
    const said = await answer('ticks', '03:00');
    expect(said).toMatch(/^A firing, and it ran: success in 900 ms\.\nIt began at 03:00:20/);
    expect(said.replace(/\s+/g, ' ')).toContain('contains 6 firings; this is the first that is recorded.');
  });

  test.each([
    ['ping', '03:03', 'No firing: every 10m does not fire then.'],
    ['once', '03:00', 'No firing: at lists 2027-01-01 00:00.'],
    ['rest', '03:00', 'No firing: it counts from the end of its last run, and no firing was recorded\n  then.'],
    ['later', '03:00', 'No firing: it is before not_before, Fri 2027-01-01 00:00:00 +01:00.'],
    ['over', '03:00', 'No firing: it is after not_after, Sun 2026-11-01 00:00:00 +01:00.'],
    ['off', '03:00', 'No firing: the timer is disabled (enabled: false).'],
    ['off', '03:01', 'No firing: minute 0, not 1; the timer is disabled (enabled: false).'],
    ['either', '2026-11-19 03:00', 'No firing: day of month 13, not the 19th; day of week FRI, not Thursday.'],
  ])('for %s is: %s', async (name, at, said) => {
    expect(await answer(name, at)).toBe(said);
  });
});

describe('on days with a clock change', () => {
  const GAP = 'The clock of Europe/Berlin changes: Sun 2027-03-28 02:00 +01:00 → 03:00 +02:00.\n';
  const REPEAT = 'The clock of Europe/Berlin changes: Sun 2026-10-25 03:00 +02:00 → 02:00 +01:00.\n';

  test.each(['2027-03-28 02:30', '2027-03-28 03:00'])(
    'a skipped time fires right after the gap: queried as %s',
    async (at) => {
      const said = await why('night', at);
      expect(said).toContain('A firing, upcoming, in 123 d 18 h.\n');
      expect(said).toContain(`${GAP}02:30 does not exist: fires at 03:00 +02:00.\n`);
      expect(said).toMatch(/^ {2}FIELD .* 02:30 +MATCHES$/m);
      expect(said).toMatch(/^ {2}minute +30 +30 +yes$/m);
    },
  );

  test('a skipped time does not fire with gap: skip', async () => {
    expect(await answer('strict', '2027-03-28 02:30')).toBe(
      `No firing: 02:30 does not exist that day.\n${GAP}02:30 does not exist: left out.`,
    );
  });

  test('a schedule by elapsed time does not fire at a skipped time', async () => {
    const said = await why('poll', '2027-03-28 02:10');
    expect(said).toContain('No firing: 02:10 does not exist that day.');
    expect(said).toContain('next firing      Sun 2027-03-28 03:00:00 +02:00');
    expect(await answer('ping', '2027-03-28 02:10')).toContain('No firing: 02:10 does not exist that day.');
  });

  test.each([
    ['fortnight', 'every 2w at 2027-03-21 02:30 does not fire then'],
    ['once', 'at lists 2027-01-01 00:00'],
    ['other', '02:30 does not exist that day'],
  ])('%s names the first reason in a gap', async (name, reason) => {
    expect(await answer(name, '2027-03-28 02:30')).toContain(`No firing: ${reason}.`);
  });

  test('a firing of every with a local time excludes the second occurrence of a repeated time', async () => {
    expect(await answer('again', '2026-10-25T02:30+01:00')).toContain(
      'No firing: 02:30 occurs twice that day, and this is the other one.',
    );
    expect(await answer('fortnight', '2026-10-25T02:30+01:00')).toContain('does not fire then.');
  });

  test('the first occurrence of a repeated time is a firing, and the second is not', async () => {
    const rule = `${REPEAT}02:30 occurs twice: fires at the first (+02:00).`;
    expect(await answer('night', '2026-10-25 02:30')).toMatch(/^A firing, [^]*02:30 occurs twice: fires at the first/);
    expect(await answer('night', '2026-10-25T02:30+01:00')).toBe(
      `No firing: 02:30 occurs twice that day, and this is the other one.\n${rule}`,
    );
    expect(await answer('strict', '2026-10-25T02:30+01:00')).toMatch(/^A firing, [^]*fires both times/);
  });
});

describe('why explains a firing', () => {
  test('missed while no scheduler ran, with nearby records and the effect of catch_up', async () => {
    await record([
      finished(firingAt('2026-11-23T20:00', { jobName: 'ping' })),
      missed(firingAt('2026-11-24T02:00'), { at: instant('2026-11-24T05:40') }),
      missed(firingAt('2026-11-24T05:40', { jobName: 'ping' }), {
        at: instant('2026-11-24T05:40'),
        count: 58,
        firstScheduledFor: instant('2026-11-23T20:10'),
      }),
    ]);
    expect(await answer('backup')).toBe(`\
A firing, missed: the scheduler was not running.
Nothing is recorded in past.db from Mon 2026-11-23 21:00:00 +01:00 until
  06:40:00, when a scheduler started.
catch_up is off: missed firings are reported, not run.`);
    expect(await answer('ping', '03:00')).toBe(`\
A firing, missed: the scheduler was not running.
It is one of 58 in a row, from Mon 2026-11-23 21:10:00 +01:00 to 06:40:00.
Nothing is recorded in past.db from Mon 2026-11-23 21:00:00 +01:00 until
  06:40:00, when a scheduler started.
catch_up is off: missed firings are reported, not run.`);
  });

  test('skipped because of an active run, with that run and its end', async () => {
    await record([
      skipped(firingAt('2026-11-24T02:00')),
      finished(firingAt('2026-11-23T02:00'), { at: instant('2026-11-24T02:20:11'), durationMs: 87_611_000 }),
    ]);
    expect(await answer('backup')).toBe(`\
A firing, skipped: the previous run is still active.
Its run mg1c2x3k of Mon 2026-11-23 03:00:00 +01:00 was active from Mon
  2026-11-23 03:00:00 +01:00 to 03:20:11.
overlap: skip drops firings that come due during a run; queue keeps one waiting,
  allow runs both.`);
  });

  test('skipped because an earlier one was waiting for a slot, with that run', async () => {
    const waiting = firingAt('2026-11-24T01:59');
    await record([
      skipped(firingAt('2026-11-24T02:00')),
      finished(waiting, { latenessMs: 180_000, at: instant('2026-11-24T02:02:01'), durationMs: 1_000 }),
    ]);
    expect((await answer('backup', '03:00')).replace(/\s+/g, ' ')).toContain(
      'Its run mg1c2x3k of 02:59:00 had not begun: it waited for the overall limit (concurrency).',
    );
  });

  test('skipped by the breaker, with the failure that opened it', async () => {
    await record([
      finished(firingAt('2026-11-24T01:50'), {
        outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
        failuresInARow: 5,
      }),
      skipped(firingAt('2026-11-24T02:00'), { reason: 'breaker_open' }),
    ]);
    expect(await answer('backup')).toBe(`\
A firing, skipped: its breaker is open after too many failures in a row.
Its breaker was open: the run of 02:50:00 was its failure no. 5 in a row (exit
  code 3).`);
  });

  test('failed together with its fallback, with the last lines of both', async () => {
    const outcome = { status: 'failure', exitCode: 3, error: 'exit code 3' } as const;
    const fallback = {
      outcome: { status: 'failure', error: 'exit code 1' },
      outputTail: 'a\n\nno\nold prices',
    } as const;
    const run = { outcome, fallback, node: 'w1', outputTail: 'no route to host' };
    await record([finished(firingAt('2026-11-24T02:00'), run)]);
    expect(await answer('backup')).toMatch(
      /\nIt ran on w1\.\n│ no route to host\nIts fallback failed: exit code 1\.\n│ no\n│ old prices\n/,
    );
  });

  test('failed after a late start, with time, attempts and last lines', async () => {
    await record([
      finished(firingAt('2026-11-23T02:00'), {
        runId: 'mg0aaaaa0abcd',
        latenessMs: 0,
        durationMs: 24 * 3_600_000 + 240_000,
        at: instant('2026-11-24T02:04'),
      }),
      finished(firingAt('2026-11-24T02:00'), {
        at: instant('2026-11-24T02:05'),
        latenessMs: 240_000,
        attempts: 2,
        durationMs: 60_000,
        cpuMs: 812.4,
        maxRssBytes: 41_943_040,
        outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
        outputTail: 'a\nb\ndumping\nno route to host',
      }),
    ]);
    expect(await answer('backup')).toBe(`\
A firing, and it ran: failure, exit code 3.
It began at 03:04:00, 4 min late, and ended at 03:05:00 after 2 attempts, in 1
  min.
It waited: its run mg0aaaaa of Mon 2026-11-23 03:00:00 +01:00 was active from
  Mon 2026-11-23 03:00:00 +01:00 to 03:04:00.
It used 812 ms of CPU, 42 MB of memory.
│ b
│ dumping
│ no route to host
The full run: timers history --run mg1c2x3k`);
  });

  test('left open without a running scheduler', async () => {
    const { firing, runId } = running(firingAt('2026-11-24T02:00'));
    const at = firing.scheduledFor;
    await record([
      { event: 'run.admitted', at, firing, runId },
      { event: 'attempt.begun', at, firing, runId, attempt: 1, latenessMs: 0 },
    ]);
    expect(await answer('backup')).toMatch(
      /^A firing, open: no scheduler is running; the next start records it as lost/,
    );
  });

  test('triggered manually at a time that is not a firing', async () => {
    await record([finished(firingAt('2026-11-24T02:17:05.3', { trigger: 'manual' }))]);
    expect(await answer('backup', '03:17')).toMatch(
      /^No firing by its schedule, but it was started manually: success in 900 ms\. The\n {2}schedule: minute 0, not 17\.\n/,
    );
  });

  test('counted from the end of a run, once it is recorded', async () => {
    await record([finished(firingAt('2026-11-24T02:17:05', { jobName: 'rest' }))]);
    expect(await answer('rest', '03:17')).toMatch(/^A firing, and it ran: success in 900 ms\.\n/);
  });

  test('not due yet, with the pause and the scheduler state', async () => {
    await record([], { paused: { until: instant('2026-11-26'), reason: 'moving house' } });
    expect(await answer('backup', '2026-11-25 03:00')).toBe(`\
A firing, upcoming, in 19 h.
The timer is paused until Thu 2026-11-26 01:00:00 +01:00 (moving house): it
  would be skipped.
No scheduler is running on past.db now.`);
  });
});

test.each<[string, Partial<JobMemory>, RegExp]>([
  [
    'skipped by a pause that still lasts: its end and reason',
    { paused: { until: undefined, reason: 'disk swap' } },
    /^A firing, skipped: paused\.\nThe timer is still paused until it is resumed \(disk swap\)\.$/,
  ],
  ['skipped by an earlier pause', {}, /^A firing, skipped: paused\.$/],
])('why explains a firing %s', async (_case, memory, said) => {
  await record([skipped(firingAt('2026-11-24T02:00'), { reason: 'paused' })], memory);
  expect(await answer('backup', '03:00')).toMatch(said);
});

describe('why explains a firing without a record', () => {
  test.each<[string, string, Partial<JobMemory>, RegExp]>([
    [
      'because no scheduler has run since',
      'backup',
      { cursor: 0 },
      /No scheduler has run on past\.db since 07:30:00\. The next start will report it as/,
    ],
    ['because it waits for catch_up', 'caught', { cursor: 0 }, /If you start one now, catch_up\s+runs it\./],
    [
      'that catch_up would run, were it not paused',
      'caught',
      { cursor: 0, paused: { until: undefined, reason: undefined } },
      /The timer is paused until it is\s+resumed, so a\s+scheduler started now would skip it, despite catch_up\./,
    ],
    [
      'that catch_up would run, were its breaker closed',
      'caught',
      { cursor: 0, breaker: { kind: 'open', until: NOW + 1, cooldown: 1 } },
      /Its breaker is open, so a\s+scheduler started now would skip it, despite\s+catch_up\./,
    ],
    [
      'because the timer was added later',
      'backup',
      {},
      /The timer was added to past\.db, or given this schedule, only after that time\./,
    ],
    [
      'because its runs are used up',
      'thrice',
      { runsBegun: 3 },
      /^A firing, but no runs were left\.\nmax_runs: 3 was reached/,
    ],
  ])('%s', async (_case, name, memory, said) => {
    await record([], memory);
    expect(await answer(name, '03:00')).toMatch(said);
  });

  test('because its runs are used up, without a next firing', async () => {
    await record([finished(firingAt('2026-11-21T02:00', { jobName: 'thrice' }))], { runsBegun: 3 });
    expect(await why('thrice', '03:00')).not.toContain('next firing');
    expect(JSON.parse(await why('thrice', '03:00', { asJson: true }))).toMatchObject({ next_at: null });
    expect(await why('thrice', '2026-11-22 03:00')).toMatch(/next firing +Mon 2026-11-23 03:00:00/);
  });

  test('but not because of runs that began later', async () => {
    const run = (at: string) => finished(firingAt(at, { jobName: 'thrice', trigger: 'manual' }), { runId: `r${at}` });
    await record(['2026-11-24T05:00', '2026-11-24T05:01', '2026-11-24T05:02'].map(run), { runsBegun: 3 });
    expect(await answer('thrice', '03:00')).toMatch(
      /^A firing, but nothing was recorded for it\.\nThe timer was added/,
    );
  });

  test('because it is older than the retention limit', async () => {
    await record([]);
    expect(await answer('backup', '2026-10-20 03:00')).toContain(
      'Outcomes are kept for 30 d, up to 1000 for each timer: one from that time is no',
    );
  });

  test('because the last scheduler stopped, with its time and the last firing before it', async () => {
    const failure = { status: 'failure', exitCode: 3, error: 'exit code 3' } as const;
    await record([finished(firingAt('2026-11-24T05:50', { jobName: 'poll' }), { outcome: failure })], {
      cursor: instant('2026-11-24T05:50'),
    });
    expect(await answer('poll')).toBe(`\
A firing, but nothing was recorded for it.
No scheduler has run on past.db since 07:30:00. The next start will report it as
  missed: catch_up is off.
The last recorded firing: 06:50:00, failure, exit code 3 (timers why poll --at
  06:50:00).`);
    expect(await answer('poll', '06:50:00')).toMatch(/^A firing, and it ran: failure/);
  });

  test('with date and offset of a last firing on another day', async () => {
    await record([finished(firingAt('2026-11-23T02:00'))], { cursor: instant('2026-11-23T02:00') });
    expect((await answer('backup')).replace(/\s+/g, ' ')).toContain(
      "03:00:00 +01:00, success (timers why backup --at '2026-11-23 03:00:00 +01:00').",
    );
    expect(await answer('backup', '2026-11-23 03:00:00 +01:00')).toMatch(/^A firing, and it ran/);
  });

  test('with the nearby records, chosen by due time', async () => {
    const slow = firingAt('2026-11-24T02:10', { jobName: 'poll' });
    await record([finished(slow, { durationMs: 180_000, at: instant('2026-11-24T02:13') })]);
    expect(await answer('backup')).toContain('Nothing is recorded for any timer in past.db before 03:10:00.');
  });

  test('while a run was active, so a scheduler was running', async () => {
    const slow = firingAt('2026-11-24T01:50', { jobName: 'poll' });
    await record([finished(slow, { durationMs: 1_200_000, latenessMs: 0, at: instant('2026-11-24T02:10') })]);
    expect(await answer('backup')).not.toContain('Nothing is recorded');
  });

  test('because the timer or its schedule is new in the file', async () => {
    await record([]);
    desk.write(
      'timers.yaml',
      `${FILE.replace('"0 3 * * *", run: ./b', '"0 2 * * *", run: ./b')}  fresh: { every: 1h, run: x }\n`,
    );
    expect(await answer('fresh')).toContain('No scheduler on past.db has ever had this timer.');
    expect(await answer('backup')).toContain('had this timer with another schedule');
  });

  test('because there is no history', async () => {
    expect(await answer('backup')).toBe(
      'A firing, but nothing was recorded for it.\nNothing is recorded yet: there is no past.db.',
    );
    desk.write('timers.yaml', FILE.replace('./past.db', 'false'));
    expect(await answer('backup')).toMatch(/There is no history: \S*timers\.yaml says state: false\.$/);
  });
});

test('only lines with a path are wider than the terminal', async () => {
  await record([missed(firingAt('2026-11-24T02:00'), { at: instant('2026-11-24T05:40') })]);
  for (const name of ['backup', 'several', 'ticks', 'night', 'ping'])
    for (const line of (await why(name)).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('--json prints one object that contains the log record', async () => {
  await record([missed(firingAt('2026-11-24T02:00'), { at: instant('2026-11-24T05:40') })]);
  expect(JSON.parse(await why('backup', undefined, { asJson: true }))).toMatchObject({
    task_name: 'backup',
    scheduled_at: '2026-11-24T02:00:00.000Z',
    starts_at: '2026-11-24T02:00:00.000Z',
    local_time: '2026-11-24T03:00:00.000+01:00',
    is_firing: true,
    answer: 'A firing, missed: the scheduler was not running.',
    obstacles: [],
    expressions: [{ text: '0 3 * * *', fields: [{ name: 'minute', shown: '0', matches: 'yes' }, {}, {}, {}, {}] }],
    previous_at: '2026-11-23T02:00:00.000Z',
    next_at: '2026-11-25T02:00:00.000Z',
    outcome: { state: 'ended', record: { event: 'firing.missed', reason: 'downtime' } },
  });
});

describe('the queried time', () => {
  test.each([
    ['03:00', '2026-11-24T02:00'],
    ['09:30', '2026-11-23T08:30'],
    ['yesterday 03:00', '2026-11-23T02:00'],
    ['today', '2026-11-23T23:00'],
    ['yesterday', '2026-11-22T23:00'],
    ['2h', '2026-11-24T05:00'],
    ['2026-11-22', '2026-11-21T23:00'],
    ['2026-11-22T03:00Z', '2026-11-22T03:00'],
  ])('can be written as %s', (text, expected) => {
    const { starts, length } = readAskedTime('--at', text, { now: NOW, timezone: 'Europe/Berlin' });
    expect({ starts, length }).toEqual({ starts: [instant(expected)], length: 60_000 });
  });

  test('is as precise as it was written', () => {
    const lengthOf = (text: string) => readAskedTime('--at', text, { now: NOW, timezone: 'Europe/Berlin' }).length;
    expect(lengthOf('2026-11-22 03:00:00')).toBe(1_000);
    expect(lengthOf('2026-11-22T03:00:00.5Z')).toBe(1);
  });

  test.each(['teatime', '2026-13-01', '25:00', '2026-11-22 25:00'])('cannot be %s', (text) => {
    expect(() => readAskedTime('--at', text, { now: NOW, timezone: 'Europe/Berlin' })).toThrow(UsageError);
  });
});

describe('a queried time from the log that is not a firing', () => {
  test('finds the run that started or ended then', async () => {
    await record([
      finished(firingAt('2026-11-24T02:00', { jobName: 'spread' }), {
        latenessMs: 125_000,
        durationMs: 60_000,
        at: instant('2026-11-24T02:03:05'),
      }),
    ]);
    for (const at of ['03:02:05', '03:02', '03:03:05']) {
      const said = await why('spread', at);
      expect(said).toContain('spread  Tue 2026-11-24 03:00:00 +01:00');
      expect(said).toContain('but the log reports this one');
    }
    expect(await why('spread', '03:04')).toMatch(/^No firing: /m);
  });

  test('finds the firing whose actual start jitter moved there, and shows the nominal time', async () => {
    const { timerFile } = await loadTimerFile({ cwd: desk.folder }, thisMachine(NOW));
    const { offset } = timerFile!.jobs.find(({ name }) => name === 'spread')!;
    const due = instant('2026-11-24T02:00');
    const start = due + offset;
    await record([
      finished(firingAt('2026-11-24T02:00', { jobName: 'spread' }), { latenessMs: 4, durationMs: 25, at: start + 29 }),
    ]);
    const clock = (at: number) => new Date(at + 3_600_000).toISOString().slice(11, 19);
    const said = (await why('spread')).replaceAll(/\s+/g, ' ');
    expect(said).toContain(`It began at ${clock(start + 4)}, due 03:00:00, on time`);
    const tomorrow = new Date(start + 86_400_000).toISOString();
    const coming = await why('spread', tomorrow);
    expect(coming).toContain('spread  Wed 2026-11-25 03:00:00 +01:00');
    expect(coming).toContain('A firing, upcoming');
    expect(coming).toContain(`later, at ${clock(start)}.`);
    expect(coming).toMatch(/next firing {6}Thu 2026-11-26 03:0\d:\d\d\S* \+01:00, due 03:00:00 {2}in /);
  });

  test('that occurs twice shows how to query the other occurrence', async () => {
    expect(await why('poll', '2026-10-25 02:10')).toContain('For the other one, write it with');
    expect(await why('poll', '2026-10-25 02:10:00 +01:00')).not.toContain('write it with');
  });
});

describe('the time zone of the output', () => {
  test('is that of --timezone for every time, but the schedule names its own', async () => {
    const said = await why('later', '2026-11-24 11:00', { timezone: 'Asia/Tokyo' });
    expect(said).toContain('later  Tue 2026-11-24 11:00:00 +09:00 Asia/Tokyo');
    expect(said).toMatch(/not_before, Fri\s+2027-01-01 08:00:00 \+09:00/);
    expect(said).toContain('(At 03:00), in Europe/Berlin');
  });

  test('is shown as an offset next to each date', async () => {
    await record([finished(firingAt('2026-11-24T00:00', { jobName: 'far' }))]);
    const said = (await why('far', '2026-11-23 01:00')).replace(/\s+/g, ' ');
    expect(said).toContain('Tue 2026-11-24 05:30:00 +05:30');
    expect(said.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d/g, '')).not.toMatch(/\d{4}-\d\d-\d\d/);
  });

  test('cannot be an unknown zone', async () => {
    await expect(why('far', undefined, { timezone: 'Asia/Tokio' })).rejects.toThrow(/Did you mean Asia\/Tokyo/);
  });
});
