import { describe, expect, test } from 'vitest';
import { RefusalError } from '../../../src/control/index.js';
import { ActiveStatus } from '../../../src/daemon/shared/active-status.js';
import type { StatusRecord } from '../../../src/domain/status-record.js';
import { SECOND } from '../../../src/domain/time.js';
import { timer, run } from '../../cli/top/scene.js';
import { FakeClock } from '../../support/fake-clock.js';

const clock = () => new FakeClock(Date.parse('2026-11-23T10:00:00Z'));

const record = (fence: number, facts: Partial<StatusRecord> = {}): StatusRecord => ({
  pid: 1,
  version: '1',
  file: '/etc/timers.yaml',
  timezone: 'UTC',
  started_at: null,
  now: '2026-11-23T10:00:00.000Z',
  is_stopping: false,
  armed: 2,
  timers: [timer('backup'), timer('report')],
  revision: 7,
  shared: { state: 'redis://db', node: 'one', role: 'active', active: 'one', lease_ms_left: 5, others: [], fence },
  ...facts,
});

/** An active machine with these responses; an `undefined` one means that this machine is the active one. */
function machine(...responses: readonly (StatusRecord | undefined | Error)[]) {
  const asked: unknown[] = [];
  const left = [...responses];
  const time = clock();
  const ask = (args: unknown) => {
    asked.push(args);
    const next = left.shift();
    if (next instanceof Error) return Promise.reject(next);
    return next && Promise.resolve(next);
  };
  const active = new ActiveStatus({ clock: time, ask });
  const look = async () => {
    await active.look(0);
    await time.advance(2 * SECOND);
  };
  return { active, asked, look };
}

describe('a standby’s copy of the active machine’s status', () => {
  test('is requested completely at first, and then only the changes', async () => {
    const partial = record(1, { partial: true, timers: [timer('report', { enabled: false })], revision: 8 });
    const { active, asked, look } = machine(record(1), partial);
    await look();
    expect(active.takeChanged()).toBe('everything');
    await look();
    expect(asked).toEqual([{ recent: 12 }, { recent: 12, since: 7 }]);
    expect(active.takeChanged()).toEqual(new Set(['report']));
    expect(active.latest?.timers.map(({ task_name, enabled }) => [task_name, enabled])).toEqual([
      ['backup', true],
      ['report', false],
    ]);
  });

  test('is kept if a request is refused', async () => {
    const { active, look } = machine(record(1), new RefusalError('unavailable', 'gone'));
    await look();
    await look();
    expect(active.latest?.timers).toHaveLength(2);
  });

  test('is not merged with changes from a different active machine', async () => {
    const { active, asked, look } = machine(record(1), record(2, { partial: true, timers: [] }), record(2));
    await look();
    await look();
    expect(active.latest).toBeUndefined();
    await look();
    expect(asked.at(-1)).toEqual({ recent: 12 });
    expect(active.latest?.shared?.fence).toBe(2);
  });

  test('is dropped once this machine takes over', async () => {
    const { active, look } = machine(record(1), undefined);
    await look();
    active.takeChanged();
    await look();
    expect([active.latest, active.takeChanged()]).toEqual([undefined, 'everything']);
  });

  test('advances the elapsed time of runs whose timer did not change', async () => {
    const later = record(1, { partial: true, timers: [], now: '2026-11-23T10:00:02.000Z' });
    const running = record(1, { timers: [timer('backup', { runs: [run({ elapsed_ms: 1_000 })] })] });
    const { active, look } = machine(running, later);
    await look();
    await look();
    expect(active.latest?.timers[0]?.runs[0]?.elapsed_ms).toBe(3_000);
  });
});
