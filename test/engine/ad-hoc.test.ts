import { describe, expect, test } from 'vitest';
import type { Job } from '../../src/domain/job.js';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { catchUp, overlap } from '../../src/policies/index.js';
import { Lives, tidy } from '../support/lives.js';
import { atInstants, everyMs, job, Rig } from '../support/rig.js';

const adHoc = (name: string, at: string, more: Partial<Job> = {}): Job =>
  job(name, atInstants(at), {
    adHoc: `{"at":"${at}"}`,
    written: { key: 'at', text: at },
    misfire: catchUp({ policy: 'latest' }),
    ...more,
  });

const START = '2026-01-01T00:00:00Z';
/** What the client receives once everything is recorded. */
const kept = async (rig: Rig) => {
  const keeping = rig.scheduler.controls.kept();
  await rig.clock.advance(0);
  return keeping;
};
const names = (rig: Rig) => rig.scheduler.controls.status().jobs.map(({ job: { name } }) => name);

describe('an ad-hoc job', () => {
  test('runs once and is removed from scheduler and ledger, but its outcome stays', async () => {
    const lives = new Lives();
    const rig = lives.begin([job('tick', everyMs(HOUR))], START);
    rig.scheduler.start();
    rig.scheduler.controls.put(adHoc('at:one', '2026-01-01T00:10:00Z'));
    expect(await kept(rig)).toBe('recorded');
    expect(lives.disk.jobs.get('at:one')?.definition).toBe('{"at":"2026-01-01T00:10:00Z"}');
    expect(names(rig)).toEqual(['tick', 'at:one']);
    await rig.clock.advance(20 * MINUTE);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=1
        00:00:00.000 timer.added at:one next_at=00:10:00.000 command=true
        00:10:00.000 run.started at:one@00:10:00.000
        00:10:00.000 run.finished at:one@00:10:00.000 success duration_ms=0`),
    );
    expect(names(rig)).toEqual(['tick']);
    expect([...lives.disk.jobs.keys()]).toEqual(['tick']);
    expect(lives.disk.endings).toMatchObject([{ event: 'run.finished', firing: { jobName: 'at:one' } }]);
  });

  test('keeps the scheduler running until its outcome, but no longer', async () => {
    const rig = new Rig([adHoc('in:one', '2026-01-01T00:10:00Z')], { start: START });
    rig.executor.lasting = MINUTE;
    rig.scheduler.start();
    let isIdle = false;
    void rig.scheduler.idle().then(() => (isIdle = true));
    await rig.clock.advance(10 * MINUTE);
    expect(isIdle).toBe(false);
    await rig.clock.advance(MINUTE);
    expect(isIdle).toBe(true);
  });

  test('that came due while no scheduler ran runs late, once', async () => {
    const lives = new Lives();
    const first = lives.begin([], START);
    first.scheduler.start();
    const one = adHoc('at:one', '2026-01-01T00:10:00Z');
    first.scheduler.controls.put(one);
    await kept(first);
    first.ledger.isDead = true;
    const second = lives.begin([one], '2026-01-01T02:00:00Z');
    second.scheduler.start();
    await second.clock.advance(MINUTE);
    expect(second.story()).toBe(
      tidy(`
        02:00:00.000 scheduler.started timers=1
        02:00:00.000 run.started at:one@00:10:00.000 trigger=catch_up lateness_ms=6600000
        02:00:00.000 run.finished at:one@00:10:00.000 success trigger=catch_up duration_ms=0 lateness_ms=6600000`),
    );
    expect(lives.disk.jobs.size).toBe(0);
  });

  test.each([
    ['before its process was requested', 0],
    ['while it ran', HOUR],
  ])('whose scheduler died %s has one outcome', async (_when, lasting) => {
    const lives = new Lives();
    const one = adHoc('at:one', '2026-01-01T00:10:00Z');
    const first = lives.begin([], START);
    first.executor.lasting = lasting;
    first.scheduler.start();
    first.scheduler.controls.put(one);
    await first.clock.advance(10 * MINUTE - 1);
    if (lasting === 0) first.ledger.onCommit = () => (first.ledger.isDead = true);
    await first.clock.advance(SECOND);
    first.ledger.isDead = true;
    const second = lives.begin([one], '2026-01-01T00:20:00Z');
    second.scheduler.start();
    await second.clock.advance(MINUTE);
    expect(lives.disk.endings).toHaveLength(1);
    expect(lives.disk.endings).toMatchObject([{ outcome: { status: lasting === 0 ? 'success' : 'lost' } }]);
    expect(names(second)).toEqual([]);
    expect(lives.disk.jobs.size).toBe(0);
  });

  test('can be removed before it is due, without a trace', async () => {
    const lives = new Lives();
    const rig = lives.begin([job('tick', everyMs(HOUR))], START);
    rig.scheduler.start();
    rig.scheduler.controls.put(adHoc('at:one', '2026-01-01T00:10:00Z'));
    expect(rig.scheduler.controls.remove('tick')).toBe(false);
    expect(rig.scheduler.controls.remove('at:one')).toBe(true);
    expect(rig.scheduler.controls.remove('at:one')).toBe(false);
    await kept(rig);
    expect([...lives.disk.jobs.keys()]).toEqual(['tick']);
    await rig.clock.advance(20 * MINUTE);
    expect(rig.story()).toContain('00:00:00.000 timer.removed at:one reason=canceled');
    expect(lives.disk.endings).toEqual([]);
  });

  test('that is added again is due at its new time, even after a restart', async () => {
    const lives = new Lives();
    const first = lives.begin([], START);
    first.scheduler.start();
    first.scheduler.controls.put(adHoc('at:one', '2026-01-01T00:10:00Z'));
    const moved = adHoc('at:one', '2026-01-01T00:30:00Z');
    first.scheduler.controls.put(moved);
    expect(await kept(first)).toBe('recorded');
    expect(first.story()).toContain('00:00:00.000 timer.reset at:one next_at=00:30:00.000');
    first.ledger.isDead = true;
    const second = lives.begin([moved], '2026-01-01T00:20:00Z');
    second.scheduler.start();
    await second.clock.advance(20 * MINUTE);
    expect(second.story()).toContain('00:30:00.000 run.started at:one@00:30:00.000\n');
  });

  test('that is due when it is accepted runs immediately', async () => {
    const rig = new Rig([], { start: START });
    rig.scheduler.start();
    rig.scheduler.controls.put(adHoc('in:one', '2025-12-31T23:59:59.999Z'));
    await rig.clock.advance(1);
    expect(rig.story()).toContain('00:00:00.001 run.started in:one@23:59:59.999 lateness_ms=2');
  });

  test('that is paused when it comes due is skipped and removed', async () => {
    const rig = new Rig([adHoc('at:one', '2026-01-01T00:10:00Z')], { start: START });
    rig.scheduler.start();
    rig.scheduler.controls.pause('at:one', { until: undefined, reason: undefined });
    await rig.clock.advance(10 * MINUTE);
    expect(rig.story()).toContain('00:10:00.000 firing.skipped at:one@00:10:00.000 reason=paused');
    expect(names(rig)).toEqual([]);
  });

  test('that is triggered manually stays until its own time and the end of its queued runs', async () => {
    const rig = new Rig([adHoc('at:one', '2026-01-01T00:10:00Z')], { start: START });
    rig.executor.lasting = 2 * MINUTE;
    rig.scheduler.start();
    rig.scheduler.controls.trigger('at:one');
    await rig.clock.advance(10 * MINUTE);
    expect(rig.executor.attempts).toHaveLength(2);
    rig.scheduler.controls.trigger('at:one', [overlap('queue')]);
    await rig.clock.advance(2 * MINUTE);
    expect(names(rig)).toEqual(['at:one']);
    await rig.clock.advance(2 * MINUTE);
    expect(names(rig)).toEqual([]);
    expect(rig.executor.attempts).toHaveLength(3);
  });

  test('is neither removed nor reported by a reload', async () => {
    const tick = job('tick', everyMs(HOUR));
    const rig = new Rig([tick], { start: START });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    rig.scheduler.controls.put(adHoc('at:one', '2026-01-01T00:10:00Z'));
    const unchanged = { added: [], removed: [], changed: [] };
    expect(rig.scheduler.controls.compare({ jobs: [tick] })).toEqual(unchanged);
    expect(rig.scheduler.controls.reload({ jobs: [] }, { file: 'timers.yaml' })).toEqual({
      ...unchanged,
      removed: ['tick'],
    });
    await rig.clock.advance(10 * MINUTE);
    expect(rig.story()).toContain('00:10:00.000 run.finished at:one@00:10:00.000 success');
  });

  test('stays known to listeners until its end, so that they find its hooks', async () => {
    const rig = new Rig([adHoc('at:one', '2026-01-01T00:10:00Z', { description: 'the one' })], { start: START });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    const known: unknown[] = [];
    const push = rig.events.push.bind(rig.events);
    rig.events.push = (event) => {
      if (event.event === 'run.finished') known.push(rig.scheduler.job('at:one')?.description);
      return push(event);
    };
    await rig.clock.advance(11 * MINUTE);
    expect(known).toEqual(['the one']);
    expect(rig.scheduler.job('at:one')).toBeUndefined();
  });
});

test('the client is notified if the job cannot be recorded yet, and it is recorded later', async () => {
  const lives = new Lives();
  const rig = lives.begin([], START);
  rig.scheduler.start();
  rig.ledger.isFull = true;
  rig.scheduler.controls.put(adHoc('at:one', '2026-01-01T00:10:00Z'));
  expect(await kept(rig)).toBe('unrecorded');
  rig.ledger.isFull = false;
  rig.scheduler.controls.put(adHoc('at:two', '2026-01-01T00:11:00Z'));
  expect(await kept(rig)).toBe('recorded');
  expect([...lives.disk.jobs.keys()]).toEqual(['at:one', 'at:two']);
  const without = new Rig([], { start: START });
  without.scheduler.start();
  without.scheduler.controls.put(adHoc('at:one', '2026-01-01T00:10:00Z'));
  expect(await kept(without)).toBe('memory');
});
