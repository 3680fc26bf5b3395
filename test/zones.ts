/**
 * Tests that read the system time zone. They run in two zones. `test/support/one-zone.ts` fails a test of our modules
 * that reads it and is missing here. A test of the built program belongs here if a time of day decides its result, and
 * its timer file names no zone.
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
  'test/program/control-times.test.ts',
  'test/program/examples.test.ts',
  'test/program/guide-times.test.ts',
  'test/schedules/parse-schedule.test.ts',
  'test/schedules/reference.test.ts',
];
