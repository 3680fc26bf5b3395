import { expect, test } from 'vitest';
import { convert } from '../../src/cli/commands/import/convert.js';
import type { ImportedTimer } from '../../src/importers/kind.js';
import { machineIn } from './imported.js';

const timer = (name: string, line: number, keys: ImportedTimer['keys']): ImportedTimer => ({
  name,
  place: { file: 'tab', line },
  keys: { cron: '0 3 * * *', run: 'true', ...keys },
  differences: [],
});

const converted = (timers: readonly ImportedTimer[]) =>
  convert([{ settings: {}, timers, differences: [] }], { machine: machineIn('UTC'), folder: '/' });

test('an invalid timer or an unknown user does not affect other timers', () => {
  const { text, names, differences } = converted([
    timer('first', 1, {}),
    timer('wrong', 2, { cron: '61 3 * * *' }),
    timer('foreign', 3, { user: 'nobody-here' }),
    timer('last', 4, {}),
  ]);
  expect(names).toEqual(['first', 'foreign', 'last']);
  expect(differences.map((one) => [one.timer, one.line, one.severity])).toEqual([
    ['wrong', 2, 'error'],
    ['foreign', 3, 'warning'],
  ]);
  expect(text).toContain('run: [ runuser, -u, nobody-here, --, /bin/sh, -c, "true" ]');
});

test('each of 500 timers is compared with its own source', () => {
  const at = (hour: number) => ({ next: (after: number) => Math.floor(after / 86_400_000) * 86_400_000 + hour });
  const timers = Array.from({ length: 500 }, (_, index) => timer(`job-${index}`, index + 1, {}));
  const odd = { ...timers[450], original: at(1) } as ImportedTimer;
  const { differences } = converted([...timers.slice(0, 450), odd, ...timers.slice(451)]);
  expect(differences.map((one) => one.timer)).toEqual(['job-450']);
});
