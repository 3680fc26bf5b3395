import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { median } from '../../bench/result.js';
import { ROOT } from '../support/program.js';

const node = (args: readonly string[], env: Record<string, string> = {}): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
const bench = (names: readonly string[], env?: Record<string, string>) => node(['bench/run.js', ...names], env);

const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an unknown benchmark name fails and lists the valid names', async () => {
  await expect(bench(['start-upp'])).rejects.toMatchObject({
    code: 2,
    stderr:
      'unknown benchmark start-upp. Use one of arming, cron, lateness, ledger, log, programs, recorded-spawn, ' +
      'shared-commit, spawn, start-up, workers\n',
  });
});

test('the program benchmark prints each figure next to that of each peer', async () => {
  const { stdout } = await bench(['programs'], {
    BENCH_ROUNDS: '1',
    BENCH_SECONDS: '1',
    BENCH_TRIALS: 'one-a-second,rest-10',
  });

  const [title, ...figures] = stdout.trim().split('\n');
  expect(title).toBe('programs');
  for (const figure of [
    'one a second: CPU of a run',
    'one a second: lateness, p50',
    'ready with 10 jobs',
    'at rest with 10 jobs',
  ]) {
    const rows = figures.filter((row) => row.trim().startsWith(`${figure} `));
    for (const peer of ['child_process', 'execa'])
      expect(rows, stdout).toContainEqual(
        expect.stringMatching(new RegExp(`cron-schedule \\+ ${peer}: \\S+ +ratio [\\d.–]+$`)),
      );
  }
  // How long a program takes is always measured, unlike what needs a run within the second.
  expect(figures.filter((row) => row.includes('ready with'))).toEqual(
    Array.from({ length: 2 }, () => expect.stringMatching(/ {2,}[\d,.]+ ms .* ratio \d+\.\d\d$/)),
  );
  expect(stdout).not.toContain('NaN');
});

test('an unknown trial name fails and lists the valid names', async () => {
  await expect(bench(['programs'], { BENCH_TRIALS: 'bursts' })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'unknown trial bursts. Use one of burst, longest-stop, one-a-second, rest-10, rest-1000, output\n',
    ),
  });
});

test('a figure that could not be measured is printed as a dash, and so is its ratio', async () => {
  const file = join(folder, 'figures.mjs');
  const figures = [
    `{ name: 'measured', value: 3, unit: 'ms', peer: { name: 'peer', value: 2 } }`,
    `{ name: 'without peer', value: 1234.5, unit: 'ms' }`,
    `{ name: 'no value', value: NaN, unit: 'ms', peer: { name: 'peer', value: 2 } }`,
    `{ name: 'no value of the peer', value: 3, unit: 'ms', peer: { name: 'peer', value: NaN } }`,
    `{ name: 'the peer took nothing', value: 3, unit: 'ms', peer: { name: 'peer', value: 0 } }`,
  ];
  writeFileSync(file, `export const run = () => [${figures.join(', ')}];`);

  const { stdout } = await node(['bench/one.js', file]);

  expect(stdout.split('\n').map((row) => row.trim().replace(/ {2,}/g, '  '))).toEqual([
    'measured  3 ms  peer: 2  ratio 1.50',
    'without peer  1,235 ms',
    'no value  – ms  peer: 2  ratio –',
    'no value of the peer  3 ms  peer: –  ratio –',
    'the peer took nothing  3 ms  peer: 0  ratio –',
    '',
  ]);
});

test('the median of an even number of rounds is the mean of the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1]), median([9, 1, 4, 2])]).toEqual([2, 2.5, 3]);
  expect(median([])).toBeNaN();
});
