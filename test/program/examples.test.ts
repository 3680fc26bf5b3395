import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Desk, ROOT } from '../support/program.js';

const desk = new Desk();
afterAll(() => desk.clear());

const examples = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join(ROOT, 'examples', name));

describe.each([join(ROOT, 'timers.example.yaml'), ...examples].map((path) => [relative(ROOT, path), path]))(
  '%s',
  (_name, path = '') => {
    test('is valid, without warnings', async () => {
      expect(await desk.run('validate', path, '--strict')).toMatchObject({ code: 0, stderr: '' });
    });

    test('has upcoming firings for every timer', async () => {
      const { stdout } = await desk.run('list', '--json', '-f', path);
      const jobs = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { task_name: string; next_at: string | null });
      expect(jobs.length).toBeGreaterThan(0);
      for (const { task_name: name, next_at: next } of jobs) expect(next, name).toEqual(expect.any(String));
    });
  },
);

test('the main example logs all four kinds of schedule within three seconds', async () => {
  const file = ['-f', join(ROOT, 'timers.example.yaml')];
  // By the schedule: how long a shell then takes depends on the machine.
  const window = ['--from', '2029-05-05 10:00:00', '--until', '3s'];
  expect((await desk.run('next', ...window, ...file)).stdout).toMatch(/ heartbeat /);
  const program = desk.start(['start', ...file]);
  await program.event('run.output');
  program.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  const { stdout } = await desk.run('list', '--json', ...file);
  for (const words of ['every ', 'once, 1s after', 'once, at ', 'At 03:30']) expect(stdout).toContain(words);
});
