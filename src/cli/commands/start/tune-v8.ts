import { setFlagsFromString } from 'node:v8';
import type { Clock } from '../../../domain/clock.js';
import { SECOND } from '../../../domain/time.js';

/** How much of its bytecode a function runs before V8 compiles it a third time, at length and on the processor that commands need. Default: 66 KiB. */
const BYTECODE = 1024 * 1024;

/**
 * Makes V8 compile and collect less, from a second after the start on: by then the program is loaded. Under other flags V8 refuses compiled code
 * (`bin/code-cache.js`), so the run that makes it keeps the default.
 */
export function tuneV8(clock: Clock): void {
  if (process.env['TIMERS_KEEP_CODE'] === '1') return;
  clock.after(SECOND, () => {
    setFlagsFromString(`--interrupt-budget=${BYTECODE}`);
    // Of three collections in the ten seconds after a start, two find nothing.
    setFlagsFromString('--memory-reducer-single-gc');
  });
}
