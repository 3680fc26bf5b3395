import { existsSync } from 'node:fs';

/** Debian's package `faketime`. */
const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']
  .map((folder) => `${folder}/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

export const hasFaketime = library !== undefined;

/** Appended to the name of a test that needs it. */
export const skippedWithoutFaketime = hasFaketime ? '' : ' (skipped: faketime is not installed)';

/**
 * Variables for a program with another wall clock: `+3600`, or what a file says. The monotonic clock is the machine's.
 */
export const faketime = (setting: string | { readonly file: string }): Record<string, string> => ({
  LD_PRELOAD: library ?? '',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  ...(typeof setting === 'string'
    ? { FAKETIME: setting }
    : { FAKETIME_TIMESTAMP_FILE: setting.file, FAKETIME_NO_CACHE: '1' }),
});
