import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

/** More than fits into a line of 80 columns, in each column. */
const NAME = `nightly-${'x'.repeat(90)}`;
const DESCRIPTION = `the description ${'y'.repeat(90)}`;
const ZONE = 'America/Argentina/ComodRivadavia';
const SECONDS = Array.from({ length: 30 }, (_, second) => second * 2).join(',');
const FILE = (timeout: string) => `
timezone: ${ZONE}
state: ./s.db
timers:
  ${NAME}:
    cron: "${SECONDS} * * * * *"
    jitter: 500ms
    timeout: ${timeout}
    description: ${DESCRIPTION}
    run: "echo ${'z'.repeat(90)}; exit 3"
`;

test('commands do not truncate table columns when stdout is a pipe', async () => {
  desk.write('timers.yaml', FILE('1m'));
  desk.write('new.yaml', FILE('2m'));
  const scheduler = desk.start(['start']);
  await scheduler.event('run.finished');
  await desk.run('pause', NAME, '--reason', DESCRIPTION);
  const lines = ['list', 'next', 'status', 'history', 'diff new.yaml', `explain ${NAME}`, `why ${NAME}`, 'simulate'];
  // The sign of a list (`0, 2 … 58`) has a space before it.
  for (const line of lines) {
    const { stdout } = await desk.run(...line.split(' '));
    expect({ line, stdout }).toEqual({ line, stdout: expect.stringContaining(NAME) });
    expect({ line, stdout }).toEqual({ line, stdout: expect.not.stringMatching(/\S…/) });
  }
  expect((await desk.run('next', '-n', '1')).stdout).toContain(ZONE);
  expect((await desk.run('list')).stdout).toContain(DESCRIPTION);
  expect((await desk.run('status')).stdout).toContain(DESCRIPTION);
  scheduler.kill('SIGTERM');
  await scheduler.ended;
});
