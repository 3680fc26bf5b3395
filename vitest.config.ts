import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Messages are asserted by text, so no colour may leak in from the terminal that runs the tests.
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  },
});
