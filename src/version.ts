/** Inserted by the bundler and the test runner, so that a start does not read one more file. */
declare const TIMERS_VERSION: string;

/** The package's version. */
export const version = TIMERS_VERSION;
