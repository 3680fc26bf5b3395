import { describe, expect, test } from 'vitest';
import { SECOND, type Duration } from '../../src/domain/time.js';
import { overlap, retry } from '../../src/policies/index.js';
import type { OverlapKind } from '../../src/policies/overlap.js';
import { atInstants, job, Rig } from '../support/rig.js';

const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;
const twice = retry({ attempts: 2, delay: 10 * SECOND, factor: 1, maxDelay: 10 * SECOND, jitter: false }, () => 0);

/**
 * Blocks the event loop for a while. Input that arrives in between (`happened`) is processed only when it continues.
 */
async function stall(rig: Rig, duration: Duration, happened: () => void): Promise<void> {
  rig.clock.block(duration, happened);
  await rig.clock.advance(0);
}

describe('past events are handled before due firings', () => {
  test('a command that exited while the loop was blocked beyond its timeout keeps its exit code', async () => {
    const rig = new Rig([job('pay', atInstants(at(1)), { timeout: 2 * SECOND, retry: twice })]);
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    await stall(rig, 3 * SECOND, () => rig.executor.attempts[0]!.end(0));
    await rig.clock.advance(20 * SECOND);
    expect(rig.executor.attempts).toHaveLength(1);
    expect(rig.story()).toContain('run.finished pay@00:00:01.000 success');
  });

  test('a command that exited while the loop handled earlier input keeps its exit code', async () => {
    const rig = new Rig([job('pay', atInstants(at(1)), { timeout: 2 * SECOND }), job('other', atInstants(at(1)))]);
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    const [pay, other] = rig.executor.attempts;
    await stall(rig, SECOND, () => {
      other!.end(0);
      rig.clock.block(3 * SECOND, () => pay!.end(0));
    });
    expect(rig.story()).toContain('run.finished pay@00:00:01.000 success');
  });

  test('a timeout counts from the start of the process', async () => {
    const rig = new Rig([job('pay', atInstants(at(1)), { timeout: 2 * SECOND })]);
    rig.executor.onExecute = () => rig.clock.block(3 * SECOND);
    rig.executor.lasting = 1.9 * SECOND;
    rig.scheduler.start();
    await rig.clock.advance(10 * SECOND);
    expect(rig.story()).toContain('run.finished pay@00:00:01.000 success');
  });

  test.each<[OverlapKind]>([['skip'], ['queue'], ['replace']])(
    'overlap: %s: a firing due together with the end of the previous run starts',
    async (kind) => {
      const rig = new Rig([job('tick', atInstants(at(1), at(3)), { admission: [overlap(kind)] })]);
      rig.scheduler.start();
      await rig.clock.advance(SECOND);
      await stall(rig, 2.5 * SECOND, () => rig.executor.attempts[0]!.end(0));
      const story = rig.story();
      expect(story).toContain('run.finished tick@00:00:01.000 success');
      expect(story).toContain('run.started tick@00:00:03.000');
    },
  );

  test('a firing is not skipped because of a run whose output is still being read', async () => {
    const rig = new Rig([job('tick', atInstants(at(1), at(3), at(4)))]);
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    await stall(rig, 2.5 * SECOND, () => rig.executor.attempts[0]!.exit(0));
    await rig.clock.advance(0.5 * SECOND);
    rig.executor.attempts[0]!.end(0);
    await rig.clock.settle();
    expect(rig.story().split('\n').slice(2)).toEqual([
      '00:00:04.000 run.finished tick@00:00:01.000 success duration_ms=3000',
      '00:00:04.000 run.started tick@00:00:03.000 lateness_ms=1000',
      '00:00:04.000 firing.skipped tick@00:00:04.000 reason=overlap',
    ]);
  });

  test('a firing is skipped if that run is retried', async () => {
    const rig = new Rig([job('tick', atInstants(at(1), at(3)), { retry: twice })]);
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    await stall(rig, 2.5 * SECOND, () => rig.executor.attempts[0]!.exit(7));
    rig.executor.attempts[0]!.end(7);
    await rig.clock.settle();
    expect(rig.story().split('\n').slice(2)).toEqual([
      '00:00:03.500 attempt.failed tick@00:00:01.000 failure error=exit code 7 retry_in_ms=10000',
      '00:00:03.500 firing.skipped tick@00:00:03.000 reason=overlap',
    ]);
  });

  test('a firing is missed if the scheduler stops meanwhile', async () => {
    const rig = new Rig([job('tick', atInstants(at(1), at(3)))]);
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    await stall(rig, 2.5 * SECOND, () => rig.executor.attempts[0]!.exit(0));
    const stopped = rig.scheduler.stop();
    rig.executor.attempts[0]!.end(0);
    await rig.clock.settle();
    await stopped;
    const story = rig.story();
    expect(story).toContain('firing.missed tick@00:00:03.000 reason=shutdown');
    expect(story).toContain('run.finished tick@00:00:01.000 success');
  });

  test('a run ended by force with unreadable output is not lost', async () => {
    const rig = new Rig([job('deaf', atInstants(at(1)))]);
    rig.executor.obedience = 'never';
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    const stopped = rig.scheduler.stop();
    rig.scheduler.forceStop();
    await stall(rig, 6 * SECOND, () => rig.executor.attempts[0]!.exit({ kind: 'signaled', signal: 'SIGKILL' }));
    await stopped;
    expect(rig.story()).toContain('run.finished deaf@00:00:01.000 canceled');
  });
});
