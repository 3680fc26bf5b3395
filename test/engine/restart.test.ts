import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import type { Orphan, Orphans } from '../../src/domain/orphans.js';
import type { Job } from '../../src/domain/job.js';
import { breaker, catchUp, overlap, retry } from '../../src/policies/index.js';
import { FakeClock } from '../support/fake-clock.js';
import type { FakeLedger } from '../support/fake-ledger.js';
import { Lives, tidy } from '../support/lives.js';
import { atInstants, everyMs, job, Rig } from '../support/rig.js';

/**
 * One scheduler from `start` for `lasting`, shut down cleanly; then another from `again`. Returns the events of the
 * second.
 */
async function restart(
  jobs: readonly Job[],
  { start, lasting, again }: { start: string; lasting: number; again: string },
): Promise<string> {
  const lives = new Lives();
  const first = lives.begin(jobs, start);
  first.scheduler.start();
  await first.clock.advance(lasting);
  await first.scheduler.stop();
  const second = lives.begin(jobs, again);
  second.scheduler.start();
  await second.clock.advance(0);
  return second.story();
}

const hourly = (policy: 'none' | 'latest' | 'all', within?: number) =>
  job('hourly', everyMs(HOUR), {
    misfire: catchUp({ policy, ...(within !== undefined && { within }) }),
    admission: [overlap('queue')],
  });

describe('after twenty-four hours of downtime', () => {
  const night = { start: '2026-01-01T00:30:00Z', lasting: HOUR, again: '2026-01-02T01:30:00Z' };

  test('without catch_up, all firings are missed and reported as one', async () => {
    expect(await restart([hourly('none')], night)).toBe(
      tidy(`
        01:30:00.000 scheduler.started timers=1
        01:30:00.000 firing.missed hourly@01:00:00.000 reason=downtime count=24 first_scheduled_at=02:00:00.000`),
    );
  });

  test('with catch_up: latest, one run starts', async () => {
    expect(await restart([hourly('latest')], night)).toBe(
      tidy(`
        01:30:00.000 scheduler.started timers=1
        01:30:00.000 firing.missed hourly@00:00:00.000 reason=downtime count=23 first_scheduled_at=02:00:00.000
        01:30:00.000 run.started hourly@01:00:00.000 trigger=catch_up lateness_ms=1800000
        01:30:00.000 run.finished hourly@01:00:00.000 success trigger=catch_up duration_ms=0 lateness_ms=1800000`),
    );
  });

  test('with catch_up: all within three hours, the last three firings run, oldest first', async () => {
    const all = job('hourly', everyMs(HOUR), {
      misfire: catchUp({ policy: 'all', within: 3 * HOUR }),
      admission: [overlap('allow')],
    });
    const story = await restart([all], night);
    expect(story.match(/run.started hourly@\S+/g)).toEqual([
      'run.started hourly@23:00:00.000',
      'run.started hourly@00:00:00.000',
      'run.started hourly@01:00:00.000',
    ]);
    expect(story).toContain('firing.missed hourly@22:00:00.000 reason=downtime count=21');
  });

  test('catch_up: all is capped at a hundred runs, and the rest is reported', async () => {
    const often = job('often', everyMs(MINUTE), { misfire: catchUp({ policy: 'all' }), admission: [overlap('allow')] });
    const story = await restart([often], night);
    expect(story.match(/run.started/g)).toHaveLength(100);
    expect(story).toMatch(/firing.missed often@\S+ reason=downtime count=1340 /);
  });
});

describe('after a restart', () => {
  test('an absolute time missed during downtime is reported, and one that ran does not run again', async () => {
    const once = job('once', atInstants('2026-01-01T00:01:00Z', '2026-01-01T05:00:00Z'), {
      misfire: catchUp({ policy: 'latest' }),
    });
    const story = await restart([once], {
      start: '2026-01-01T00:00:00Z',
      lasting: MINUTE,
      again: '2026-01-03T00:00:00Z',
    });
    expect(story).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=1
        00:00:00.000 run.started once@05:00:00.000 trigger=catch_up lateness_ms=154800000
        00:00:00.000 run.finished once@05:00:00.000 success trigger=catch_up duration_ms=0 lateness_ms=154800000`),
    );
  });

  test('a timer that is new, changed or was disabled has nothing to catch up on', async () => {
    const lives = new Lives();
    const first = lives.begin([hourly('latest')], '2026-01-01T00:00:00Z');
    first.scheduler.start();
    await first.scheduler.stop();
    const changed = { ...hourly('latest'), written: { key: 'test', text: 'another' } };
    const second = lives.begin([changed, { ...hourly('latest'), name: 'new' }], '2026-01-02T00:00:00Z');
    second.scheduler.start();
    await second.clock.settle();
    expect(second.story()).toBe('00:00:00.000 scheduler.started timers=2');
  });

  test('max_runs includes earlier runs', async () => {
    const twice = job('twice', everyMs(MINUTE), { window: { maxRuns: 2 } });
    const story = await restart([twice], {
      start: '2026-01-01T00:00:00Z',
      lasting: 90 * SECOND,
      again: '2026-01-01T00:01:30Z',
    });
    expect(story).toBe('00:01:30.000 scheduler.started timers=1');
    const lives = new Lives();
    for (const start of ['00:00:00', '00:01:30', '00:02:30']) {
      const rig = lives.begin([twice], `2026-01-01T${start}Z`);
      rig.scheduler.start();
      await rig.clock.advance(MINUTE);
      await rig.scheduler.stop();
    }
    expect(lives.disk.endings).toHaveLength(2);
  });

  test('a command receives the previous firing and the last success of an earlier scheduler', async () => {
    const lives = new Lives();
    for (const start of ['00:00:30', '00:01:30']) {
      const rig = lives.begin([job('tick', everyMs(MINUTE))], `2026-01-01T${start}Z`);
      rig.scheduler.start();
      await rig.clock.advance(30 * SECOND);
      if (start === '00:01:30')
        expect(rig.executor.attempts[0]!.env).toMatchObject({
          TIMERS_PREVIOUS_SCHEDULED_AT: '2026-01-01T00:01:00.000Z',
          TIMERS_LAST_SUCCESS_AT: '2026-01-01T00:01:00.000Z',
        });
      await rig.scheduler.stop();
    }
  });

  test('a clock set back neither repeats a fixed time nor stalls an interval', async () => {
    const jobs = [job('fixed', atInstants('2026-01-01T01:00:00Z')), job('tick', everyMs(30 * MINUTE))];
    const lives = new Lives();
    const first = lives.begin(jobs, '2026-01-01T00:45:00Z');
    first.scheduler.start();
    await first.clock.advance(30 * MINUTE);
    await first.scheduler.stop();
    const second = lives.begin(jobs, '2026-01-01T00:15:00Z');
    second.scheduler.start();
    await second.clock.advance(HOUR);
    const ids = second.events.flatMap((event) => (event.event === 'run.finished' ? [event.firing] : []));
    expect(ids.map(({ jobName, generation }) => `${jobName} ${generation}`)).toEqual(['tick 1', 'tick 1']);
  });
});

describe('a scheduler that crashed', () => {
  /** A scheduler that dies silently while `jobs` are in progress. */
  const die = (rig: Rig & { ledger: FakeLedger }) => {
    rig.ledger.isDead = true;
  };

  test('leaves a run that is recorded as lost, once', async () => {
    const lives = new Lives();
    const jobs = [job('slow', everyMs(HOUR))];
    const first = lives.begin(jobs, '2026-01-01T00:59:00Z');
    first.executor.lasting = undefined;
    first.scheduler.start();
    await first.clock.advance(2 * MINUTE);
    die(first);
    const second = lives.begin(jobs, '2026-01-01T01:30:00Z');
    second.scheduler.start();
    await second.clock.settle();
    expect(second.story()).toBe(
      tidy(`
        01:30:00.000 scheduler.started timers=1
        01:30:00.000 run.finished slow@01:00:00.000 lost error=the scheduler died while it was running`),
    );
    await second.scheduler.stop();
    const third = lives.begin(jobs, '2026-01-01T01:40:00Z');
    third.scheduler.start();
    await third.clock.settle();
    expect(third.story()).toBe('01:40:00.000 scheduler.started timers=1');
    expect([...lives.disk.open]).toEqual([]);
  });

  test('leaves a pending retry, which starts on time', async () => {
    const lives = new Lives();
    const jobs = [
      job('flaky', everyMs(DAY), {
        retry: retry({ attempts: 3, delay: 10 * MINUTE, factor: 1, maxDelay: HOUR, jitter: false }, () => 0),
      }),
    ];
    const first = lives.begin(jobs, '2026-01-01T23:59:00Z');
    first.executor.exits = () => ({ kind: 'exited', code: 7 });
    first.scheduler.start();
    await first.clock.advance(2 * MINUTE);
    die(first);
    const second = lives.begin(jobs, '2026-01-02T00:05:00Z');
    second.scheduler.start();
    await second.clock.advance(HOUR);
    expect(second.story()).toBe(
      tidy(`
        00:05:00.000 scheduler.started timers=1
        00:10:00.000 run.started flaky@00:00:00.000 attempt=2 lateness_ms=600000
        00:10:00.000 run.finished flaky@00:00:00.000 success duration_ms=600000 attempts=2`),
    );
  });

  test('leaves a waiting firing, which is missed or caught up on under the same id', async () => {
    const slow = job('slow', everyMs(HOUR), { admission: [overlap('queue')] });
    for (const policy of ['none', 'latest'] as const) {
      const lives = new Lives();
      const jobs = [{ ...slow, misfire: catchUp({ policy }) }];
      const first = lives.begin(jobs, '2026-01-01T00:59:00Z');
      first.executor.lasting = undefined;
      first.scheduler.start();
      await first.clock.advance(62 * MINUTE);
      die(first);
      const second = lives.begin(jobs, '2026-01-01T02:30:00Z');
      second.scheduler.start();
      await second.clock.advance(0);
      const endings = lives.disk.endings.map((ending) => `${ending.runId} ${ending.event}`);
      expect(endings).toEqual(
        policy === 'none'
          ? ['life1-1 run.finished', 'life1-2 firing.missed']
          : ['life1-1 run.finished', 'life1-2 run.finished'],
      );
    }
  });

  test('leaves a process, which is ended before its timer runs again, without delaying other timers', async () => {
    const lives = new Lives();
    const jobs = [job('slow', everyMs(MINUTE)), job('other', everyMs(MINUTE))];
    const first = lives.begin(jobs, '2026-01-01T00:00:30Z');
    first.executor.lasting = undefined;
    first.scheduler.start();
    await first.clock.advance(MINUTE);
    die(first);
    const clock = new FakeClock('2026-01-01T00:02:30Z');
    let ended: () => void = () => undefined;
    const second = lives.begin(jobs, '', {
      clock,
      finder: {
        find: (runIds) => Promise.resolve(runIds.has('life1-1') ? [{ runId: 'life1-1', pid: 77 }] : []),
        end: () => new Promise((resolve) => (ended = resolve)),
      },
    });
    second.scheduler.start();
    await second.clock.advance(31 * SECOND);
    expect(second.story()).toBe(
      tidy(`
        00:02:30.000 scheduler.started timers=2
        00:02:30.000 run.finished slow@00:01:00.000 lost error=the scheduler died while it was running
        00:02:30.000 run.finished other@00:01:00.000 lost error=the scheduler died while it was running
        00:02:30.000 orphan.found slow@00:01:00.000 action=kill
        00:02:30.000 firing.missed other@00:02:00.000 reason=downtime
        00:03:00.000 run.started other@00:03:00.000
        00:03:00.000 run.finished other@00:03:00.000 success duration_ms=0`),
    );
    ended();
    await second.clock.advance(0);
    expect(second.story()).toBe(
      tidy(`
        00:03:01.000 firing.missed slow@00:02:00.000 reason=downtime
        00:03:01.000 run.started slow@00:03:00.000 lateness_ms=1000
        00:03:01.000 run.finished slow@00:03:00.000 success duration_ms=0 lateness_ms=1000`),
    );
  });
});

/** The process of the first run is left, until `ended` is called. */
function leftover(): { readonly finder: Orphans; readonly ended: () => void } {
  let ended: () => void = () => undefined;
  const end = () => new Promise<void>((resolve) => (ended = resolve));
  return { finder: { find: () => Promise.resolve([{ runId: 'life1-1', pid: 77 }]), end }, ended: () => ended() };
}

test('the search for processes delays only timers with lost runs', async () => {
  const lives = new Lives();
  const slow = job('slow', everyMs(MINUTE));
  const first = lives.begin([slow], '2026-01-01T00:00:30Z');
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(MINUTE);
  first.ledger.isDead = true;
  let found: (orphans: readonly Orphan[]) => void = () => undefined;
  const finder: Orphans = {
    find: () => new Promise((resolve) => (found = resolve)),
    end: () => Promise.resolve(),
  };
  const second = lives.begin([slow, job('other', everyMs(MINUTE))], '2026-01-01T00:02:30Z', { finder });
  second.scheduler.start();
  await second.clock.advance(31 * SECOND);
  const asked = () => second.executor.attempts.map(({ env }) => env['TIMERS_TASK_NAME']);
  expect(asked()).toEqual(['other']);
  found([]);
  await second.clock.advance(0);
  expect(asked()).toEqual(['other', 'slow']);
});

test.each([
  ['removed and added again', () => []],
  ['changed', (slow: Job) => [{ ...slow, definition: { timeout: '1m' } }]],
])('a leftover process delays a timer that is %s by a reload', async (_what, meanwhile) => {
  const lives = new Lives();
  const slow = job('slow', everyMs(MINUTE));
  const first = lives.begin([slow], '2026-01-01T00:00:30Z');
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(MINUTE);
  first.ledger.isDead = true;
  first.clock.forgetAll();
  const { finder, ended } = leftover();
  const second = lives.begin([slow], '', { clock: new FakeClock('2026-01-01T00:02:30Z'), finder });
  second.scheduler.start();
  await second.clock.advance(0);
  for (const jobs of [meanwhile(slow), [slow]]) second.scheduler.controls.reload({ jobs }, { file: 'timers.yaml' });
  await second.clock.advance(31 * SECOND);
  expect(second.executor.attempts).toHaveLength(0);
  ended();
  await second.clock.advance(SECOND);
  expect(second.story()).toContain('run.started slow@00:03:00.000');
});

test('a reset of a timer holds while its leftover process is still being ended', async () => {
  const lives = new Lives();
  const once = (from: string) =>
    job('once', { ...atInstants(Date.parse(from) + MINUTE), countsElapsed: true, length: MINUTE });
  const first = lives.begin([once('2026-01-01T00:00:00Z')], '2026-01-01T00:00:00Z');
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.advance(MINUTE);
  first.ledger.isDead = true;
  first.clock.forgetAll();
  const { finder, ended } = leftover();
  const second = lives.begin([once('2026-01-01T00:10:00Z')], '2026-01-01T00:10:00Z', { finder });
  second.scheduler.start();
  await second.clock.advance(5 * SECOND);
  expect(second.scheduler.controls.reset('once', 10 * MINUTE)).toBe(Date.parse('2026-01-01T00:20:05Z'));
  ended();
  await second.clock.advance(15 * MINUTE);
  expect(second.executor.attempts.map(({ env }) => env['TIMERS_SCHEDULED_AT'])).toEqual(['2026-01-01T00:20:05.000Z']);
});

test('a run is recorded before its process starts, and its cursor with it', async () => {
  const lives = new Lives();
  const rig = lives.begin([job('tick', everyMs(MINUTE))], '2026-01-01T00:00:30Z');
  const atStart: unknown[] = [];
  rig.executor.onExecute = () =>
    void atStart.push([
      [...lives.disk.open.values()].map(({ attempts }) => attempts),
      lives.disk.jobs.get('tick')?.memory.cursor,
    ]);
  rig.scheduler.start();
  await rig.clock.advance(30 * SECOND);
  expect(atStart).toEqual([[[1], Date.parse('2026-01-01T00:01:00Z')]]);
});

test('everything due in one turn is recorded in one transaction', async () => {
  const lives = new Lives();
  const jobs = Array.from({ length: 500 }, (_, n) => job(`job-${n}`, everyMs(MINUTE)));
  const rig = lives.begin(jobs, '2026-01-01T00:00:30Z');
  rig.executor.lasting = undefined;
  rig.scheduler.start();
  await rig.clock.advance(29 * SECOND);
  const before = rig.ledger.commits;
  await rig.clock.advance(SECOND);
  expect(rig.executor.attempts).toHaveLength(500);
  // One commit before the processes start; run.started is recorded with the log, 64 events at a time.
  expect(rig.ledger.commits - before).toBeLessThanOrEqual(5);
});

test('a full disk does not stop timers, and its start and end are reported once', async () => {
  const lives = new Lives();
  const rig = lives.begin([job('tick', everyMs(MINUTE))], '2026-01-01T00:00:30Z');
  rig.scheduler.start();
  rig.ledger.isFull = true;
  await rig.clock.advance(3 * MINUTE);
  rig.ledger.isFull = false;
  await rig.clock.advance(MINUTE);
  await rig.scheduler.stop();
  const story = rig.story();
  expect(story.match(/run.finished/g)).toHaveLength(4);
  expect(story.match(/state\.\S+/g)).toEqual(['state.unavailable', 'state.recovered']);
  expect(lives.disk.endings).toHaveLength(4);
});

test('records that cannot be written at the end are reported before the last event', async () => {
  const rig = new Lives().begin([job('tick', everyMs(MINUTE))], '2026-01-01T00:00:30Z');
  rig.scheduler.start();
  rig.ledger.isFull = true;
  await rig.clock.advance(MINUTE);
  await rig.scheduler.stop();
  expect(rig.story().match(/(state|scheduler\.stop)\S+/g)).toEqual([
    'state.unavailable',
    'scheduler.stopping',
    'state.unrecorded',
    'scheduler.stopped',
  ]);
});

describe('the circuit breaker', () => {
  const jobs = [job('flaky', everyMs(MINUTE), { breaker: breaker({ failures: 2, cooldown: 3 * MINUTE }) })];

  test('opens, skips, admits one trial run and closes, even across restarts, and logs each change', async () => {
    const lives = new Lives();
    const failing = lives.begin(jobs, '2026-01-01T00:00:30Z');
    failing.executor.exits = () => ({ kind: 'exited', code: 1 });
    failing.scheduler.start();
    await failing.clock.advance(3 * MINUTE);
    await failing.scheduler.stop();
    expect(failing.story()).toBe(
      tidy(`
        00:00:30.000 scheduler.started timers=1
        00:01:00.000 run.started flaky@00:01:00.000
        00:01:00.000 run.finished flaky@00:01:00.000 failure duration_ms=0 error=exit code 1
        00:02:00.000 run.started flaky@00:02:00.000
        00:02:00.000 run.finished flaky@00:02:00.000 failure duration_ms=0 error=exit code 1
        00:02:00.000 breaker.opened flaky failures=2 cooldown_ms=180000
        00:03:00.000 firing.skipped flaky@00:03:00.000 reason=breaker_open
        00:03:30.000 scheduler.stopping running=0
        00:03:30.000 scheduler.stopped runs=2`),
    );
    const again = lives.begin(jobs, '2026-01-01T00:03:30Z');
    again.executor.exits = () => ({ kind: 'exited', code: 1 });
    again.scheduler.start();
    await again.clock.advance(3 * MINUTE);
    await again.scheduler.stop();
    expect(again.story()).toBe(
      tidy(`
        00:03:30.000 scheduler.started timers=1
        00:04:00.000 firing.skipped flaky@00:04:00.000 reason=breaker_open
        00:05:00.000 breaker.half_open flaky failures=2 cooldown_ms=180000
        00:05:00.000 run.started flaky@00:05:00.000
        00:05:00.000 run.finished flaky@00:05:00.000 failure duration_ms=0 error=exit code 1
        00:05:00.000 breaker.opened flaky failures=3 cooldown_ms=360000
        00:06:00.000 firing.skipped flaky@00:06:00.000 reason=breaker_open
        00:06:30.000 scheduler.stopping running=0
        00:06:30.000 scheduler.stopped runs=1`),
    );
    const mended = lives.begin(jobs, '2026-01-01T00:10:30Z');
    mended.scheduler.start();
    await mended.clock.advance(90 * SECOND);
    expect(mended.story()).toBe(
      tidy(`
        00:10:30.000 scheduler.started timers=1
        00:10:30.000 firing.missed flaky@00:10:00.000 reason=downtime count=4 first_scheduled_at=00:07:00.000
        00:11:00.000 breaker.half_open flaky failures=3 cooldown_ms=360000
        00:11:00.000 run.started flaky@00:11:00.000
        00:11:00.000 run.finished flaky@00:11:00.000 success duration_ms=0
        00:11:00.000 breaker.closed flaky
        00:12:00.000 run.started flaky@00:12:00.000
        00:12:00.000 run.finished flaky@00:12:00.000 success duration_ms=0`),
    );
  });

  test('opens again, for longer, if its trial run is lost with the scheduler', async () => {
    const lives = new Lives();
    const failing = lives.begin(jobs, '2026-01-01T00:00:30Z');
    failing.executor.exits = () => ({ kind: 'exited', code: 1 });
    failing.scheduler.start();
    await failing.clock.advance(4 * MINUTE);
    failing.executor.lasting = undefined;
    await failing.clock.advance(MINUTE);
    expect(failing.story()).toContain('00:05:00.000 run.started');
    failing.ledger.isDead = true;
    const again = lives.begin(jobs, '2026-01-01T00:05:10Z');
    again.scheduler.start();
    await again.clock.advance(2 * MINUTE);
    expect(again.story()).toBe(
      tidy(`
        00:05:10.000 scheduler.started timers=1
        00:05:10.000 run.finished flaky@00:05:00.000 lost error=the scheduler died while it was running
        00:05:10.000 breaker.opened flaky failures=3 cooldown_ms=360000
        00:06:00.000 firing.skipped flaky@00:06:00.000 reason=breaker_open
        00:07:00.000 firing.skipped flaky@00:07:00.000 reason=breaker_open`),
    );
  });

  test('is bypassed by a manual run, whose success closes it', async () => {
    const rig = new Lives().begin(jobs, '2026-01-01T00:00:30Z');
    rig.executor.exits = ({ TIMERS_TRIGGER: trigger }) => ({ kind: 'exited', code: trigger === 'manual' ? 0 : 1 });
    rig.scheduler.start();
    await rig.clock.advance(2 * MINUTE);
    rig.story();
    rig.scheduler.controls.trigger('flaky');
    await rig.clock.advance(0);
    expect(rig.story()).toBe(
      tidy(`
        00:02:30.000 run.started flaky@00:02:30.000 trigger=manual
        00:02:30.000 run.finished flaky@00:02:30.000 success trigger=manual duration_ms=0
        00:02:30.000 breaker.closed flaky`),
    );
  });
});

test('five hundred timers due together, eight at a time, all run in order with their lateness', async () => {
  const jobs = Array.from({ length: 500 }, (_, n) => job(`job-${n}`, atInstants('2026-01-01T00:01:00Z')));
  const rig = new Rig(jobs, { concurrency: 8 });
  rig.executor.lasting = 100;
  rig.scheduler.start();
  await rig.clock.advance(2 * MINUTE);
  const finished = rig.events.filter((event) => event.event === 'run.finished');
  expect(finished.map(({ firing }) => firing.jobName)).toEqual(jobs.map(({ name }) => name));
  expect(finished.map(({ latenessMs }) => latenessMs)).toEqual(jobs.map((_, n) => Math.floor(n / 8) * 100));
});

describe('a clean stop leaves runs without a process to the next scheduler', () => {
  const latest = catchUp({ policy: 'latest' });
  const once = atInstants('2026-01-01T00:01:00Z');
  const long = job('long', once, { stopGrace: SECOND });
  const waits = job('waits', once, { misfire: latest });

  test.each(['stop', 'drain'] as const)('%s: a run that waits for a slot runs at the next start, once', async (how) => {
    const lives = new Lives();
    const first = lives.begin([long, waits], '2026-01-01T00:00:00Z', { concurrency: 1 });
    first.executor.lasting = 10 * MINUTE;
    first.scheduler.start();
    await first.clock.advance(2 * MINUTE);
    const over = first.scheduler[how]();
    await first.clock.advance(10 * MINUTE);
    await over;
    expect(first.executor.attempts).toHaveLength(1);
    expect(first.story()).not.toContain('waits@');
    expect(first.events).toEqual([]);
    const second = lives.begin([long, waits], '2026-01-01T01:00:00Z', { concurrency: 1 });
    second.scheduler.start();
    await second.clock.advance(MINUTE);
    expect(second.story()).toBe(
      tidy(`
        01:00:00.000 scheduler.started timers=2
        01:00:00.000 run.started waits@00:01:00.000 trigger=catch_up lateness_ms=3540000
        01:00:00.000 run.finished waits@00:01:00.000 success trigger=catch_up duration_ms=0 lateness_ms=3540000`),
    );
    expect([...lives.disk.open]).toEqual([]);
  });

  test('with a waiting ad-hoc timer, which then runs once and is removed', async () => {
    const lives = new Lives();
    const asked = { ...waits, name: 'in:23456', adHoc: '{}' };
    const first = lives.begin([long, asked], '2026-01-01T00:00:00Z', { concurrency: 1 });
    first.executor.lasting = HOUR;
    first.scheduler.start();
    await first.clock.advance(2 * MINUTE);
    await first.scheduler.stop();
    expect([...lives.disk.jobs.keys()]).toContain('in:23456');
    const second = lives.begin([long, asked], '2026-01-01T01:00:00Z');
    second.scheduler.start();
    await second.clock.advance(MINUTE);
    expect(second.story()).toContain('run.finished in:23456@00:01:00.000 success');
    expect([...lives.disk.jobs.keys()]).toEqual(['long']);
  });

  test('with runs queued behind an active one, which can still be canceled during a drain', async () => {
    const lives = new Lives();
    const queue = job('queue', everyMs(MINUTE), { misfire: catchUp({ policy: 'all' }), admission: [overlap('queue')] });
    const first = lives.begin([queue], '2026-01-01T00:00:00Z');
    first.executor.lasting = 5 * MINUTE;
    first.scheduler.start();
    await first.clock.advance(2 * MINUTE);
    const drained = first.scheduler.drain();
    expect([...lives.disk.open.values()].map(({ attempts }) => attempts)).toEqual([1, 0]);
    expect(first.scheduler.controls.cancel('life1-2')).toBe(1);
    await first.clock.advance(5 * MINUTE);
    await drained;
    expect(first.story()).toContain('firing.skipped queue@00:02:00.000 reason=canceled');
    expect([...lives.disk.open]).toEqual([]);
  });

  test.each([
    ['whose job has no catch_up', job('waits', once), {}],
    ['that was triggered manually', job('waits', once, { enabled: false, misfire: latest }), {}],
    ['without a state', waits, { ledger: undefined }],
  ])('except for one %s, which is missed', async (_which, one, options) => {
    const lives = new Lives();
    const first =
      'ledger' in options
        ? new Rig([long, one], { start: '2026-01-01T00:00:00Z', concurrency: 1 })
        : lives.begin([long, one], '2026-01-01T00:00:00Z', { concurrency: 1 });
    first.executor.lasting = HOUR;
    first.scheduler.start();
    await first.clock.advance(2 * MINUTE);
    if (!one.enabled) first.scheduler.controls.trigger('waits');
    await first.scheduler.stop();
    expect(first.story()).toMatch(/firing.missed waits@\S+ (trigger=manual )?reason=shutdown/);
    expect([...lives.disk.open]).toEqual([]);
  });
});

describe('a stop while another program locks the state', () => {
  /** A scheduler whose ledger waits for a lock until the test releases it. */
  function lockedOut() {
    const rig = new Lives().begin([], '2026-01-01T00:00:00Z');
    const asked: number[] = [];
    let free = (): void => undefined;
    rig.ledger.settle = (patience) => {
      asked.push(patience);
      return new Promise((resolve) => (free = resolve));
    };
    rig.scheduler.start();
    return { rig, asked, free: () => free() };
  }

  test('waits for the lock as long as for a run, and then reports its end', async () => {
    const { rig, asked, free } = lockedOut();
    const stopped = rig.scheduler.stop('SIGTERM');
    await rig.clock.advance(0);
    expect(asked).toEqual([8 * SECOND]);
    expect(rig.story()).not.toContain('scheduler.stopped');
    free();
    await stopped;
    expect(rig.story()).toContain('scheduler.stopped');
  });

  test('no longer waits after a second signal', async () => {
    const { rig } = lockedOut();
    const stopped = rig.scheduler.stop('SIGTERM');
    await rig.clock.advance(0);
    rig.scheduler.forceStop();
    await stopped;
    expect(rig.story()).toContain('scheduler.stopped');
  });
});
