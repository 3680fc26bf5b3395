/** Inserted by the bundler and by the test runner: a start must not depend on one more file. */
declare const TIMERS_VERSION: string;

/** The package's version. */
export const version = TIMERS_VERSION;
