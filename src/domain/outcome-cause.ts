import { causeOfMiss, causeOfSkip } from './events/firings.js';
import { causeOfEnd } from './events/runs.js';
import type { Ending } from './ledger.js';

/** Returns why a firing ended this way, in the words of its event's sentence; empty after a success. */
export function causeOf(ending: Ending): string {
  switch (ending.event) {
    case 'firing.skipped':
      return causeOfSkip(ending);
    case 'firing.missed':
      return causeOfMiss(ending);
    case 'run.finished':
      return causeOfEnd(ending);
  }
}
