import { expect, test } from 'vitest';
import { convert } from '../../src/cli/commands/import/convert.js';
import { DAY } from '../../src/domain/time.js';
import { crontab } from '../../src/importers/crontab/crontab.js';
import { imported, machineIn } from './imported.js';

test('timers with the same schedule and original are compared once', () => {
  const counted = (count: number): number => {
    let calls = 0;
    const daily = { next: (after: number) => ((calls += 1), (Math.floor(after / DAY) + 1) * DAY) };
    const timers = Array.from({ length: count }, (_, index) => ({
      name: `job-${index}`,
      place: { file: 'tab', line: index + 1 },
      keys: { cron: '0 0 * * *', run: 'true', cwd: '/' },
      differences: [],
      original: daily,
    }));
    const read = { settings: {}, timers, differences: [] };
    expect(convert([read], { machine: machineIn('UTC'), folder: '/' }).names).toHaveLength(count);
    return calls;
  };
  expect(counted(1)).toBeGreaterThan(1000);
  expect(counted(3)).toBe(counted(1));
});

test('crontab entries with the same fields and zone have the same original', () => {
  const text = '0 3 * * * a\n0 3 * * * b\nCRON_TZ=Asia/Tokyo\n0 3 * * * c\n0 3 * * * d\n';
  const { timers } = imported(crontab, text).read;
  const [a, b, c, d] = timers.map(({ original }) => original);
  expect([a === b, b === c, c === d]).toEqual([true, false, true]);
});
