import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const shared = {
  // Ends a test that hangs; no test is judged by how long it takes. Machines that run tests are busy.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // Messages are asserted by text, so no color may leak in from the terminal that runs the tests.
  env: { NO_COLOR: '1' },
  expect: { poll: { timeout: 60_000 } },
};

/** Tests that read the system time zone run in a second one, too. */
const zoned = {
  rooms: [
    'test/cli/**/*.test.ts',
    'test/config/**/*.test.ts',
    'test/daemon/**/*.test.ts',
    'test/sinks/console.test.ts',
    'test/schedules/parse-schedule.test.ts',
  ],
  program: ['ad-hoc', 'control', 'examples', 'history', 'readme', 'simulate', 'start', 'usage', 'why'].map(
    (name) => `test/program/${name}.test.ts`,
  ),
};
const isFirstZone = process.env['TZ'] !== 'Europe/Berlin';

/** As the bundler does for the built program. */
const define = { TIMERS_VERSION: JSON.stringify(version) };

export default defineConfig({
  test: {
    // Most tests of the program wait for a process.
    maxWorkers: 2,
    projects: [
      {
        define,
        test: {
          ...shared,
          name: 'rooms',
          include: isFirstZone ? ['test/**/*.test.ts'] : zoned.rooms,
          exclude: ['test/program/**'],
        },
      },
      // Tests of the built program, as its user runs it.
      {
        define,
        test: {
          ...shared,
          name: 'program',
          include: isFirstZone ? ['test/program/**/*.test.ts'] : zoned.program,
          globalSetup: ['test/support/build.ts'],
        },
      },
    ],
  },
});
