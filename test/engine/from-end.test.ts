import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { catchUp } from '../../src/policies/index.js';
import { every } from '../../src/schedules/every.js';
import { Lives, tidy } from '../support/lives.js';
import { job } from '../support/rig.js';

const { schedule } = every.parse({ interval: '1h', from: 'end' }, { timezone: 'UTC', start: 0 } as never);

const rested = (policy: 'none' | 'latest') => job('rested', schedule, { misfire: catchUp({ policy }) });

/** Two schedulers: the first runs the job once, from 01:00 to 01:10; the second starts at `again`. */
async function restart(policy: 'none' | 'latest', again: string, how: 'stop' | 'die' = 'stop') {
  const lives = new Lives();
  const first = lives.begin([rested(policy)], '2026-01-01T00:00:00Z');
  first.executor.lasting = 10 * MINUTE;
  first.scheduler.start();
  await first.clock.advance(how === 'stop' ? 80 * MINUTE : 65 * MINUTE);
  if (how === 'stop') await first.scheduler.stop();
  else first.ledger.isDead = true;
  const second = lives.begin([rested(policy)], `2026-01-01T${again}Z`);
  second.scheduler.start();
  return second;
}

describe('an interval from end, after a restart', () => {
  test('still counts from the end of the last run', async () => {
    const rig = await restart('none', '01:40:00');
    await rig.clock.advance(45 * MINUTE);
    expect(rig.story()).toBe(
      tidy(`
        01:40:00.000 scheduler.started timers=1
        02:10:00.000 run.started rested@02:10:00.000
        02:10:00.000 run.finished rested@02:10:00.000 success duration_ms=0`),
    );
  });

  test('misses a firing during downtime once, and starts a new interval', async () => {
    const rig = await restart('none', '06:30:00');
    await rig.clock.advance(HOUR + SECOND);
    expect(rig.story()).toBe(
      tidy(`
        06:30:00.000 scheduler.started timers=1
        06:30:00.000 firing.missed rested@02:10:00.000 reason=downtime
        07:30:00.000 run.started rested@07:30:00.000
        07:30:00.000 run.finished rested@07:30:00.000 success duration_ms=0`),
    );
  });

  test('catches up on a missed firing immediately, and counts from that run', async () => {
    const rig = await restart('latest', '06:30:00');
    await rig.clock.advance(HOUR + SECOND);
    expect(rig.story().match(/run.started.*/g)).toEqual([
      'run.started rested@02:10:00.000 trigger=catch_up lateness_ms=15600000',
      'run.started rested@07:30:00.000',
    ]);
  });

  test('starts a new interval after a lost run', async () => {
    const rig = await restart('none', '01:30:00', 'die');
    await rig.clock.advance(HOUR + SECOND);
    expect(rig.story()).toBe(
      tidy(`
        01:30:00.000 scheduler.started timers=1
        01:30:00.000 run.finished rested@01:00:00.000 lost error=the scheduler died while it was running
        02:30:00.000 run.started rested@02:30:00.000
        02:30:00.000 run.finished rested@02:30:00.000 success duration_ms=0`),
    );
  });
});

test('a skipped firing does not end the interval', async () => {
  const rig = new Lives().begin([rested('none')], '2026-01-01T00:00:00Z');
  rig.scheduler.start();
  rig.scheduler.controls.pause('rested', { until: Date.parse('2026-01-01T01:30:00Z'), reason: undefined });
  await rig.clock.advance(2 * HOUR + SECOND);
  expect(rig.story().match(/(firing|run)\.(skipped|started) \S+/g)).toEqual([
    'firing.skipped rested@01:00:00.000',
    'run.started rested@02:00:00.000',
  ]);
});

test.each(['removed', 'disabled'] as const)('a timer %s during its run does not fire again', async (how) => {
  const rig = new Lives().begin([rested('none')], '2026-01-01T00:00:00Z');
  rig.executor.lasting = 10 * MINUTE;
  rig.scheduler.start();
  await rig.clock.advance(65 * MINUTE);
  const disabled = { ...rested('none'), enabled: false, definition: { enabled: 'false' } };
  rig.scheduler.controls.reload({ jobs: how === 'removed' ? [] : [disabled] }, { file: 'timers.yaml' });
  await rig.clock.advance(5 * HOUR);
  expect(rig.executor.attempts).toHaveLength(1);
  expect(rig.scheduler.controls.status().armed).toBe(0);
});
