/**
 * Tests of our own modules that start an external program: a server, a compiler, a browser, systemd. They wait for it
 * most of the time, so they are not part of `npm run test:unit`.
 */
export const WITH_TOOLS = [
  'test/exporters/systemd.test.ts',
  'test/importers/systemd/calendar.test.ts',
  'test/importers/systemd/units.test.ts',
  'test/native/build.test.ts',
  'test/native/forker.test.ts',
  'test/page/layout.test.ts',
  'test/page/shown.test.ts',
  'test/stores/shared/etcd-board.test.ts',
  'test/stores/shared/postgres-board.test.ts',
  'test/stores/shared/redis-board.test.ts',
  'test/time-sources/chronyd.test.ts',
];
