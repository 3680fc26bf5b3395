/**
 * Tests outside `test/program` that read the system time zone: files, and folders with everything in them. They run in
 * two zones. `test/support/one-zone.ts` fails a test file that reads it and is missing here.
 */
export const READ_THE_ZONE = [
  'test/cli/foresight.test.ts',
  'test/cli/history-filter.test.ts',
  'test/cli/state-in-use.test.ts',
  'test/cli/why.test.ts',
  'test/config/ad-hoc-folder.test.ts',
  'test/config/compose-yaml.test.ts',
  'test/config/many-mistakes.test.ts',
  'test/daemon/origin.test.ts',
  'test/daemon/reloader.test.ts',
  'test/page/timeline-scale.test.ts',
  'test/schedules/parse-schedule.test.ts',
  'test/schedules/reference.test.ts',
];

/** Tests of the built program that run in one zone: they set no time of day and expect none. A new test of the program runs in both. */
export const PROGRAM_IN_ONE_ZONE = [
  'alerts',
  'clock',
  'cluster',
  'container',
  'directory-user',
  'faults',
  'granted',
  'health',
  'http',
  'http-socket',
  'kills',
  'kubernetes',
  'log-file',
  'log-file',
  'log-schema',
  'monitoring',
  'monitors',
  'shared-state',
  'standard-streams',
  'state',
  'tracing',
  'work-queue',
  'workers',
].map((name) => `test/program/${name}.test.ts`);
