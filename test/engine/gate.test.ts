import { describe, expect, it } from 'vitest';
import { Gate, GatePass } from '../../src/engine/gate.js';
import { atInstants, job, Rig } from '../support/rig.js';

/** The jobs that pass the gates, in order; each leaves on request. */
class Crowd {
  readonly through: string[] = [];
  readonly #passes: GatePass[] = [];

  /** Each name is that of a job and a number: `a1`. */
  send(gates: readonly Gate[], ...names: readonly string[]): void {
    for (const name of names) {
      const pass = new GatePass(name.replace(/\d/g, ''), gates, { passed: () => this.#enter(name, pass) });
      pass.walk();
    }
  }

  /** The first one that has passed leaves. */
  leave(): void {
    this.#passes.shift()?.release();
  }

  leaveAll(): void {
    while (this.#passes.length > 0) this.leave();
  }

  #enter(name: string, pass: GatePass): void {
    this.through.push(name);
    this.#passes.push(pass);
  }
}

describe('a gate', () => {
  it('alternates between jobs, and admits the runs of one job in order', () => {
    const crowd = new Crowd();
    crowd.send([new Gate(1)], 'a1', 'a2', 'a3', 'b1', 'a4', 'c1', 'b2');
    crowd.leaveAll();
    expect(crowd.through).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('puts a returning job after the others', () => {
    const gate = new Gate(1);
    const crowd = new Crowd();
    crowd.send([gate], 'a1', 'a2', 'b1', 'b2');
    crowd.leave();
    crowd.send([gate], 'a3');
    crowd.leaveAll();
    expect(crowd.through).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  it('drops abandoned tickets, even the last one of a job', () => {
    const gate = new Gate(1);
    const crowd = new Crowd();
    crowd.send([gate], 'a1', 'a2');
    const left = new GatePass('b', [gate], { passed: () => crowd.through.push('b') });
    left.walk();
    left.release();
    crowd.send([gate], 'c1');
    crowd.leaveAll();
    expect(crowd.through).toEqual(['a1', 'a2', 'c1']);
    crowd.send([gate], 'b1');
    expect(crowd.through.at(-1)).toBe('b1');
  });

  it('admits as many runs as a higher limit allows', () => {
    const gate = new Gate(1);
    const crowd = new Crowd();
    crowd.send([gate], 'a1', 'a2', 'a3', 'b1', 'c1');
    gate.resize(3);
    expect(crowd.through).toEqual(['a1', 'a2', 'b1']);
    gate.resize(1);
    crowd.leave();
    crowd.leave();
    expect(crowd.through).toEqual(['a1', 'a2', 'b1']);
    crowd.leave();
    expect(crowd.through).toEqual(['a1', 'a2', 'b1', 'c1']);
  });

  it('alternates between jobs even if a group limit precedes the overall limit', () => {
    const [group, overall] = [new Gate(2), new Gate(1)];
    const crowd = new Crowd();
    crowd.send([group, overall], 'a1', 'a2', 'a3', 'a4', 'b1');
    crowd.send([overall], 'c1');
    crowd.leaveAll();
    expect(crowd.through).toEqual(['a1', 'a2', 'c1', 'a3', 'b1', 'a4']);
  });
});

describe.each<[string, { readonly concurrency?: number; readonly groups?: ReadonlyMap<string, number> }]>([
  ['the overall limit', { concurrency: 20 }],
  ['a group', { groups: new Map([['db', 20]]) }],
])('many triggers of one timer at the limit: %s', (_, limits) => {
  it('delay another timer by one run at most', async () => {
    const group = limits.groups && { group: 'db' };
    const jobs = [
      job('burst', atInstants(), { ...group, admission: [] }),
      job('other', atInstants('2026-01-01T00:00:01Z'), group),
    ];
    const rig = new Rig(jobs, limits);
    rig.scheduler.start();
    for (let left = 3_000; left > 0; left--) rig.scheduler.controls.trigger('burst');
    await rig.clock.advance(1_000);
    expect(rig.executor.attempts).toHaveLength(20);
    rig.executor.attempts[0]!.end();
    rig.executor.attempts[1]!.end();
    await rig.clock.settle();
    const names = rig.executor.attempts.slice(20).map(({ env }) => env['TIMERS_TASK_NAME']);
    expect(names).toEqual(['burst', 'other']);
    // Its thousands of events need turns, which this clock provides only on request.
    const stopped = rig.scheduler.stop();
    await rig.clock.settle();
    await stopped;
  });
});
