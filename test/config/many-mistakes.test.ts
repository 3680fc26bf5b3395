import { expect, test, vi } from 'vitest';
import type * as schedules from '../../src/schedules/index.js';
import { parseTimerFile } from '../../src/config/load.js';
import { thisMachine } from '../../src/this-machine.js';

const asked = vi.hoisted(() => ({ count: 0 }));

vi.mock('../../src/schedules/index.js', async (original) => {
  const real = await original<typeof schedules>();
  return {
    ...real,
    suggestTimeZone(name: string) {
      asked.count++;
      return real.suggestTimeZone(name);
    },
  };
});

test('a hint is computed when it is shown, not for every error', () => {
  const timers = Array.from({ length: 3_000 }, (_, n) => `  t${n}: { every: 1h, timezone: Europe/Berln${n}, run: x }`);
  const text = `timers:\n${timers.join('\n')}\n`;
  const { problems } = parseTimerFile({ path: '/timers.yaml', folder: '/', text }, thisMachine(0));
  expect(problems).toHaveLength(1_001);
  expect(problems[0]?.hint).toBe('Did you mean Europe/Berlin?');
  expect(problems.at(-1)?.code).toBe('too-many-problems');
  expect(asked.count).toBeLessThanOrEqual(1_001);
});
