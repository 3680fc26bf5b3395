import { expect, test } from 'vitest';
import { verbs, type VerbTarget } from '../../src/control/index.js';
import { SECOND } from '../../src/domain/time.js';
import { Lives } from '../support/lives.js';
import { everyMs, job } from '../support/rig.js';

/** A scheduler with one timer on a ledger, and what is between it and a verb. */
function serve() {
  const lives = new Lives();
  const rig = lives.begin([job('tick', { ...everyMs(10 * SECOND), length: 10 * SECOND })], '2026-01-01T00:00:00Z');
  rig.executor.lasting = undefined;
  rig.scheduler.start();
  const { controls } = rig.scheduler;
  const controlled = {
    controls,
    file: 'timers.yaml',
    now: () => 0,
    isStopping: () => false,
    add: () => {
      controls.put(job('in:23456', everyMs(SECOND), { adHoc: '{}' }));
      return { name: 'in:23456', due: 0, timezone: 'UTC', command: 'true' };
    },
    reload: () =>
      Promise.resolve(
        controls.reload(
          { jobs: [job('tick', everyMs(SECOND), { definition: { every: '1s' } })] },
          { file: 'timers.yaml' },
        ),
      ),
  } as unknown as VerbTarget;
  const ask = (verb: string, args: object): Promise<{ keeping: string }> =>
    Promise.resolve(verbs.get(verb)?.(controlled, args as Record<string, unknown>) as { keeping: string });
  return { lives, rig, ask };
}

test.each([
  ['trigger', { name: 'tick' }],
  ['pause', { names: ['tick'] }],
  ['resume', { names: ['tick'] }],
  ['cancel', { target: 'tick' }],
  ['reset', { name: 'tick' }],
  ['add', { in_ms: SECOND, run: 'true', cwd: '/' }],
  ['reload', {}],
])('%s succeeds once its change is recorded', async (verb, args) => {
  const { rig, ask } = serve();
  void ask('pause', { names: ['tick'] });
  await rig.clock.advance(0);
  const order: string[] = [];
  rig.ledger.onCommit = (when) => void order.push(when);
  const granted = ask(verb, args).then(({ keeping }) => order.push(keeping));
  await rig.clock.advance(0);
  await granted;
  // Canceling something that is not active changes nothing, and has nothing to wait for.
  expect(order).toEqual(verb === 'cancel' ? ['recorded'] : ['before', 'after', 'recorded']);
});

test('a verb that cannot be recorded succeeds with a note', async () => {
  const { rig, ask } = serve();
  await rig.clock.advance(0);
  rig.ledger.isFull = true;
  const granted = ask('pause', { names: ['tick'] });
  await rig.clock.advance(0);
  expect(await granted).toMatchObject({ names: ['tick'], keeping: 'unrecorded' });
});

test('a verb whose state is lost before it is recorded fails with an unknown outcome', async () => {
  const { rig, ask } = serve();
  await rig.clock.advance(0);
  rig.ledger.acknowledge = () => Promise.resolve('lost');
  const refusal = ask('pause', { names: ['tick'] }).catch((error: unknown) => error);
  await rig.clock.advance(0);
  expect(await refusal).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/lost the shared state before it had confirmed the request/) as string,
  });
});

test('manual firings have distinct ids, even within one millisecond and next to a scheduled one', async () => {
  const { rig, ask, lives } = serve();
  await rig.clock.advance(10 * SECOND);
  const answers = Array.from({ length: 3 }, () => ask('trigger', { name: 'tick' }).catch(() => ({})));
  await rig.clock.advance(0);
  await Promise.all(answers);
  const ids = [...lives.disk.open.values(), ...lives.disk.endings].map(({ firing: { generation: mark } }) => mark);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
});
