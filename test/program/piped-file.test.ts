import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, PROGRAM } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

const shell = (line: string): Promise<string> =>
  new Promise((resolve) => {
    const timers = `'${process.execPath}' '${PROGRAM}'`;
    execFile('bash', ['-c', line.replaceAll('TIMERS', () => timers)], { cwd: desk.folder }, (error, stdout, stderr) =>
      resolve(`${error?.code ?? 0} ${stdout}${stderr}`),
    );
  });

test('validate reads a named pipe to its end', async () => {
  const good = 'timers: { a: { every: 1h, run: "true" } }\n';
  desk.write('good', good);
  desk.write('bad', 'timers: { a: { every: 5x, run: "true" } }\n');
  for (const line of [
    'cat good | TIMERS validate -',
    'cat good | TIMERS validate -f -',
    'TIMERS validate - < good',
    'cat good | TIMERS validate /dev/stdin',
    'TIMERS validate <(cat good)',
  ])
    expect(await shell(line), line).toMatch(/^0 .* is valid: 1 timer\.\n$/);
  expect(await shell('cat bad | TIMERS validate -')).toMatch(/^1 standard input:1:23 {2}error/);
  expect(await shell('TIMERS validate - < /dev/zero')).toMatch(/^1 .*larger than 16\s+MiB/s);
  expect(await shell('cat good | TIMERS list -f /dev/stdin')).toMatch(/^1 .*timers\s+validate\s+-/s);
});
