import type { Clock } from '../domain/clock.js';
import type { Duration } from '../domain/time.js';

/** How long a turn of the event loop works on a batch, before signals, the control socket and processes are handled. */
export const SLICE: Duration = 1;

/** Long work that can pause at each `yield`, so that other work gets a turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Runs all steps now. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Runs a slice of the steps in each turn of the event loop, the first one immediately. */
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
