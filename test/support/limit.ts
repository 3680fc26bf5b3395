/**
 * The only limit on the time of a test, in ms. It ends a test that hangs, but never decides a result: machines that run
 * tests are busy. `test/structure/stopwatches.test.ts` refuses any other.
 */
export const LIMIT = 900_000;

/** A poll ends shortly before its test, in ms, so that the failure shows what it saw last. */
export const POLL_LIMIT = LIMIT - 15_000;
