import { readFileSync } from 'node:fs';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongestFirst } from './test/longest-first.js';
import { LIMIT, POLL_LIMIT } from './test/support/limit.js';
import { WITH_TOOLS } from './test/with-tools.js';
import { PROGRAM_IN_ONE_ZONE, READ_THE_ZONE } from './test/zones.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

// Node 20 reads these certificates whenever it starts, which takes as long as half of an empty program. No test needs
// those of this machine.
delete process.env['NODE_EXTRA_CA_CERTS'];

type Options = NonNullable<TestProjectInlineConfiguration['test']>;

const PROGRAM = 'test/program';
/** Tests of machines that are killed and cut off, on real stores. */
const FAULTS = 'test/faults/**';
/** Tests that take seconds, because they try a lot or compile a copy of the sources. */
const LAWS = ['test/laws/**', 'test/recipes/**'];
/** Tests that look at the whole process: what it has open, what listens, what it has started. Each file has one of its own. */
const PROCESSES = 'test/executors/launched/**';

/** A project: one kind of tests in one system time zone. */
const project = (name: string, timeZone: string, options: Options): TestProjectInlineConfiguration => ({
  // Same as in the bundler for the built program.
  define: { TIMERS_VERSION: JSON.stringify(version) },
  test: {
    name,
    testTimeout: LIMIT,
    hookTimeout: LIMIT,
    expect: { poll: { timeout: POLL_LIMIT } },
    ...options,
    // Messages are asserted by text, so no color may leak in from the terminal that runs the tests.
    env: { NO_COLOR: '1', TZ: timeZone, ...options.env },
  },
});

/** Tests of our own modules. */
const inside = (order: number, maxWorkers = 2): Options => ({
  setupFiles: ['test/support/one-zone.ts'],
  // Loading the modules again for each file takes as long as most tests do. A hook therefore belongs in a test file: a
  // shared module loads once.
  isolate: false,
  maxWorkers,
  sequence: { groupOrder: order },
});

/** Everything that runs commands is tested on both launchers. */
const processes = (launcher: 'execa' | 'forker'): Options => ({
  ...inside(0),
  isolate: true,
  include: [`${PROCESSES}/*.test.ts`],
  env: { TIMERS_TEST_LAUNCHER: launcher },
});

/** How many files of tests that mostly wait for other programs run at the same time, on two cores. */
const WAITING = 4;

/** Tests of the built program, as its user runs it. */
const program: Options = {
  globalSetup: ['test/support/build.ts'],
  // As above. What these tests look at is in processes of their own.
  isolate: false,
  maxWorkers: WAITING,
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  test: {
    // A tenth of `npm run test:unit`: each project, and the next run, would transform the same modules again.
    experimental: { fsModuleCache: true },
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', 'UTC', {
        ...inside(0),
        include: ['test/**/*.test.ts'],
        exclude: [`${PROGRAM}/**`, ...LAWS, ...WITH_TOOLS, PROCESSES, FAULTS],
      }),
      project('unit-processes', 'UTC', processes('execa')),
      project('unit-processes-forker', 'UTC', processes('forker')),
      project('laws', 'UTC', { ...inside(0), include: LAWS.map((folder) => `${folder}/*.test.ts`) }),
      project('unit-berlin', 'Europe/Berlin', { ...inside(0), include: READ_THE_ZONE }),
      project('with-tools', 'UTC', { ...inside(1, WAITING), include: WITH_TOOLS }),
      project('faults', 'UTC', {
        ...program,
        globalSetup: ['test/support/build.ts', 'test/faults/programs.ts'],
        include: [`${FAULTS}/*.test.ts`],
      }),
      project('program', 'UTC', { ...program, include: [`${PROGRAM}/*.test.ts`] }),
      project('program-berlin', 'Europe/Berlin', {
        ...program,
        include: [`${PROGRAM}/*.test.ts`],
        exclude: PROGRAM_IN_ONE_ZONE,
      }),
    ],
  },
});
