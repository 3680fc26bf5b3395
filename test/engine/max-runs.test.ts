import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { overlap } from '../../src/policies/index.js';
import { Lives, tidy } from '../support/lives.js';
import { everyMs, job, Rig } from '../support/rig.js';

test('a firing admitted but never started does not count toward max_runs', async () => {
  const busy = job('busy', everyMs(HOUR), { group: 'g' });
  const once = job('once', everyMs(MINUTE), { group: 'g', deadline: 10 * SECOND, window: { maxRuns: 1 } });
  const rig = new Rig([busy, once], { start: '2026-01-01T00:59:30Z' });
  rig.executor.lasting = 90 * SECOND;
  rig.scheduler.start();
  await rig.clock.advance(5 * MINUTE);
  expect(rig.story()).toBe(
    tidy(`
      00:59:30.000 scheduler.started timers=2
      01:00:00.000 run.started busy@01:00:00.000
      01:00:10.000 firing.missed once@01:00:00.000 reason=deadline
      01:01:10.000 firing.missed once@01:01:00.000 reason=deadline
      01:01:30.000 run.finished busy@01:00:00.000 success duration_ms=90000
      01:02:00.000 run.started once@01:02:00.000
      01:03:30.000 run.finished once@01:02:00.000 success duration_ms=90000`),
  );
  expect(rig.scheduler.controls.status().jobs.map(({ next }) => next)).toEqual([
    Date.parse('2026-01-01T02:00:00Z'),
    undefined,
  ]);
});

test('firings are skipped while waiting runs may use up max_runs, and no run exceeds it', async () => {
  const busy = job('busy', everyMs(HOUR));
  const twice = job('twice', everyMs(MINUTE), { admission: [overlap('allow')], window: { maxRuns: 2 } });
  const rig = new Rig([busy, twice], { start: '2026-01-01T00:59:30Z', concurrency: 1 });
  rig.executor.lasting = 200 * SECOND;
  rig.scheduler.start();
  await rig.clock.advance(15 * MINUTE);
  const story = rig.story();
  expect(story.match(/run.started twice@\S+/g)).toEqual([
    'run.started twice@01:00:00.000',
    'run.started twice@01:01:00.000',
  ]);
  expect(story.match(/firing.skipped twice@\S+ reason=max_runs/g)?.length).toBeGreaterThan(1);
  await rig.scheduler.stop();
});

test('a finished timer is neither reported as missed by a later scheduler nor skipped at its start', async () => {
  const lives = new Lives();
  const once = job('once', everyMs(MINUTE), { window: { maxRuns: 1 }, runAtStart: true });
  for (const start of ['01T00:00:30', '02T00:00:30', '03T00:00:30']) {
    const rig = lives.begin([once], `2026-01-${start}Z`);
    rig.scheduler.start();
    await rig.clock.advance(2 * MINUTE);
    await rig.scheduler.stop();
  }
  expect(lives.disk.endings.map(({ event }) => event)).toEqual(['run.finished']);
});

test('a finished timer with a raised max_runs continues from now after a reload', async () => {
  const one = job('tick', everyMs(MINUTE), { window: { maxRuns: 1 }, definition: { max_runs: '1' } });
  const two = job('tick', everyMs(MINUTE), { window: { maxRuns: 2 }, definition: { max_runs: '2' } });
  const rig = new Lives().begin([one], '2026-01-01T00:00:30Z');
  rig.scheduler.start();
  await rig.clock.advance(10 * MINUTE);
  rig.story();
  rig.scheduler.controls.reload({ jobs: [two] }, { file: 'timers.yaml' });
  await rig.clock.advance(10 * MINUTE);
  expect(rig.story()).toBe(
    tidy(`
      00:10:30.000 config.reloaded added= removed= changed=tick
      00:11:00.000 run.started tick@00:11:00.000
      00:11:00.000 run.finished tick@00:11:00.000 success duration_ms=0`),
  );
});
