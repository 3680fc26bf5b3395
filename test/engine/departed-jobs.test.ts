import { describe, expect, test } from 'vitest';
import type { TimerEvent } from '../../src/domain/events/index.js';
import type { Job } from '../../src/domain/job.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { overlap, retry } from '../../src/policies/index.js';
import { everyMs, job, Rig } from '../support/rig.js';

const ENDS: ReadonlySet<TimerEvent['event']> = new Set(['run.finished', 'firing.skipped', 'firing.missed']);

/** A scheduler whose last sink looks up the timer of every ended firing, as hooks and monitors do. */
function begin(...jobs: readonly Job[]): { rig: Rig; found: string[] } {
  const found: string[] = [];
  const accept = (event: TimerEvent) => {
    if (!ENDS.has(event.event) || !('firing' in event)) return;
    const { jobName } = event.firing;
    found.push(`${event.event} ${rig.scheduler.job(jobName)?.description ?? 'unknown'}`);
  };
  const rig = new Rig(jobs, { sinks: [{ name: 'looks', accept }] });
  rig.scheduler.start();
  return { rig, found };
}

const reload = (rig: Rig, jobs: readonly Job[]) => rig.scheduler.controls.reload({ jobs }, { file: 'timers.yaml' });
const slow = (more: Partial<Job> = {}) => job('slow', everyMs(MINUTE), { description: 'old', ...more });

describe('a timer that is removed during its run', () => {
  test('is known until every sink knows how the run ended', async () => {
    const { rig, found } = begin(slow());
    await rig.clock.advance(MINUTE);
    reload(rig, []);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.scheduler.job('slow')?.description).toBe('old');
    rig.executor.attempts[0]!.end(1);
    await rig.clock.settle();
    expect(found).toEqual(['run.finished old']);
    expect(rig.scheduler.job('slow')).toBeUndefined();
  });

  test('is known until its waiting runs and their retries have ended, too', async () => {
    const twice = retry({ attempts: 2, delay: SECOND, factor: 1, maxDelay: SECOND, jitter: false }, () => 0);
    const { rig, found } = begin(slow({ admission: [overlap('queue')], retry: twice }));
    await rig.clock.advance(2 * MINUTE);
    reload(rig, []);
    for (let attempt = 0; attempt < 4; attempt++) {
      rig.executor.attempts[attempt]!.end(1);
      await rig.clock.advance(SECOND);
    }
    expect(found).toEqual(['run.finished old', 'run.finished old']);
    expect(rig.scheduler.job('slow')).toBeUndefined();
  });

  test('is known to sinks that have yet to receive the end of a run before the removal', async () => {
    const { rig, found } = begin(slow());
    await rig.clock.advance(MINUTE);
    rig.executor.attempts[0]!.end(0);
    rig.scheduler.controls.trigger('slow', [overlap('allow')]);
    rig.scheduler.controls.cancel('slow');
    reload(rig, []);
    await rig.clock.settle();
    expect(found).not.toContain('run.finished unknown');
    expect(rig.scheduler.job('slow')).toBeUndefined();
  });

  test('is known by its new definition once it is back', async () => {
    const { rig, found } = begin(slow());
    await rig.clock.advance(MINUTE);
    reload(rig, []);
    reload(rig, [slow({ description: 'new' })]);
    rig.executor.attempts[0]!.end(0);
    await rig.clock.settle();
    expect(found).toEqual(['run.finished new']);
  });
});
