import type { Clock } from '../domain/clock.js';
import type { Duration } from '../domain/time.js';

/** For how long one turn of the event loop works off what has come at once; then signals, the control socket and processes get theirs. */
export const SLICE: Duration = 10;

/** Work that takes long, and can be left off at each `yield` for others to have their turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does all of it now. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does a slice of it in each turn of the event loop, the first at once. */
export async function finishInTurns<Result>(steps: Steps<Result>, clock: Clock): Promise<Result> {
  for (;;) {
    const end = clock.monotonic() + SLICE;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (clock.monotonic() < end);
    await new Promise<void>((resolve) => clock.soon(resolve));
  }
}
