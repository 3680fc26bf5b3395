import { defineConfig } from 'vitest/config';

const shared = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // Messages are asserted by text, so no colour may leak in from the terminal that runs the tests.
  env: { NO_COLOR: '1' },
};

/** Long, and the same in every time zone: they run once, with the zone of Greenwich. */
const zoneless = ['kills', 'health', 'page', 'tracing', 'monitoring', 'alerts', 'package', 'top'];
const isGreenwich = process.env['TZ'] === 'UTC';

export default defineConfig({
  test: {
    // Most tests of the program wait for a process.
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'rooms', include: ['test/**/*.test.ts'], exclude: ['test/program/**'] } },
      // Tests of the built program, as its user runs it.
      {
        test: {
          ...shared,
          name: 'program',
          include: ['test/program/**/*.test.ts'],
          exclude: isGreenwich ? [] : zoneless.map((name) => `test/program/${name}.test.ts`),
          globalSetup: ['test/support/build.ts'],
        },
      },
    ],
  },
});
