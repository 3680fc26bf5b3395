import { defineConfig } from 'vitest/config';

const shared = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // Messages are asserted by text, so no colour may leak in from the terminal that runs the tests.
  env: { NO_COLOR: '1' },
};

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'rooms', include: ['test/**/*.test.ts'], exclude: ['test/program/**'] } },
      // Tests of the built program, as its user runs it.
      {
        test: {
          ...shared,
          name: 'program',
          include: ['test/program/**/*.test.ts'],
          globalSetup: ['test/support/build.ts'],
        },
      },
    ],
  },
});
