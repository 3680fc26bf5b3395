import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { everyMs, job, Rig } from '../support/rig.js';

test('the uptime does not change with the wall clock, and includes suspensions', async () => {
  const rig = new Rig([job('tick', everyMs(MINUTE))]);
  const { clock, scheduler } = rig;
  expect(scheduler.controls.status().uptime).toBeUndefined();
  scheduler.start();
  await clock.advance(10 * SECOND);
  clock.stepWall(-HOUR);
  await clock.advance(SECOND);
  expect(scheduler.controls.status().uptime).toBe(11 * SECOND);
  clock.suspend(MINUTE);
  clock.stepWall(3 * HOUR);
  await scheduler.stop();
  expect(rig.events.at(-1)).toMatchObject({ event: 'scheduler.stopped', uptimeMs: 71 * SECOND });
});
