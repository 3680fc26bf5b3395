import { afterEach, describe, expect, it } from 'vitest';
import type { VerbTarget } from '../../src/control/index.js';
import { verbs } from '../../src/control/verbs.js';
import { RawClient, Served } from './socket.js';

const boom = (): never => {
  throw new TypeError('no such thing');
};

/** Arguments with which each verb reaches the scheduler. */
const args: Readonly<Record<string, object>> = {
  add: { in_ms: 5, run: 'true', cwd: '/' },
  trigger: { name: 'tick' },
  pause: { names: ['tick'] },
  resume: { names: ['tick'] },
  cancel: { target: 'tick' },
  reset: { name: 'tick' },
  logs: { task_name: 'gone' },
};

let served: Served;
afterEach(() => served.clear());

describe('a bug behind the socket', () => {
  it.each([...verbs.keys(), 'logs'])('in %s gets a response, and the next request is served', async (verb) => {
    let isBroken = true;
    const whole = new Served().rig.scheduler.controls;
    const broken = new Proxy(whole, {
      get: (controls, name: keyof typeof whole) => (isBroken ? boom : (controls[name] as () => unknown).bind(controls)),
    });
    const each = Object.fromEntries(
      ['status', 'health', 'events', 'add', 'move', 'reload', 'compare', 'stop', 'taken', 'isStopping'].map((name) => [
        name,
        boom,
      ]),
    );
    served = new Served({ ...(each as Partial<VerbTarget>), controls: broken });
    await served.listen();
    const client = new RawClient(served.path);
    expect(await client.ask({ id: 1, verb, args: args[verb] ?? {} })).toMatchObject({
      id: 1,
      error: { code: 'internal', message: 'TypeError: no such thing' },
    });
    expect(served.bugs).toMatchObject([new TypeError('no such thing')]);
    isBroken = false;
    expect(await client.ask({ id: 2, verb: 'pause', args: { all: true } })).toMatchObject({ id: 2, ok: {} });
    client.socket.destroy();
  });
});
