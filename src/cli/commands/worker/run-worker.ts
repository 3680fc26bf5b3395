import { availableParallelism } from 'node:os';
import type { TimerFile } from '../../../config/index.js';
import { sharedPlaceOf } from '../../../daemon/shared/place.js';
import { startWorker } from '../../../daemon/worker/worker.js';
import type { Clock } from '../../../domain/clock.js';
import { isRedisUrl } from '../../../domain/state-place.js';
import { MINUTE, type Duration } from '../../../domain/time.js';
import { ANY_LABEL, isWorkLabel, LOCAL_LABEL } from '../../../domain/work-label.js';
import { DEFAULT_LOCK, LEAST_LOCK } from '../../../executors/queue/index.js';
import { BoardTrouble } from '../../../stores/shared/index.js';
import { readLength } from '../../arguments.js';
import { UsageError } from '../../command.js';
import { openTerminalLog } from '../../log.js';
import type { NonBlockingTerminal } from '../../non-blocking-terminal.js';
import type { LogOptions, StateOption } from '../../options.js';
import { obey } from '../../signals.js';

/** The options of `timers worker`, as written. */
export interface WorkerCommandOptions extends LogOptions, StateOption {
  readonly label: readonly string[];
  readonly concurrency?: string;
  readonly grace?: string;
  readonly lock?: string;
  readonly watch?: true;
  readonly json?: true;
}

const MOST_SLOTS = 10_000;
const LONGEST_LOCK: Duration = 10 * MINUTE;

/** Runs a worker in the foreground until it is asked to stop. Returns the exit code. @throws UsageError */
export async function runWorker(
  timerFile: TimerFile,
  terminal: NonBlockingTerminal,
  { clock, options }: { readonly clock: Clock; readonly options: WorkerCommandOptions },
): Promise<number> {
  const place = sharedPlaceOf(timerFile, options.state);
  if (place === undefined || !isRedisUrl(place.url)) {
    terminal.err('timers: a worker needs a state on Redis: write state: redis://HOST/0 in the file');
    return 1;
  }
  const [labels, slots, lock] = [readLabels(options.label), readSlots(options.concurrency), readLock(options.lock)];
  const grace = readLength('--grace', options.grace);
  const log: LogOptions = options.json ? { ...options, logFormat: 'json' } : options;
  const sinks = [await openTerminalLog(log, terminal, clock, timerFile.settings)];
  try {
    await startWorker(timerFile, place, {
      ...{ surroundings: terminal, clock, sinks, labels, slots, lock, grace },
      watches: options.watch === true,
      onRequest: obey,
    });
    return 0;
  } catch (error) {
    if (!(error instanceof BoardTrouble)) throw error;
    terminal.err(`timers: ${error.message}`);
    return 1;
  }
}

function readLabels(written: readonly string[]): readonly string[] {
  for (const label of written)
    if (!isWorkLabel(label) || label === LOCAL_LABEL)
      throw new UsageError(
        `"${label}" is not a valid --label. Use up to 40 letters, digits, ".", "_" and "-", but not ${LOCAL_LABEL}.`,
      );
  return [...new Set([ANY_LABEL, ...written])];
}

function readSlots(written: string | undefined): number {
  if (written === undefined) return availableParallelism();
  if (/^[1-9]\d{0,4}$/.test(written) && Number(written) <= MOST_SLOTS) return Number(written);
  throw new UsageError(`"${written}" is not a valid --concurrency. Use a whole number from 1 to ${MOST_SLOTS}.`);
}

function readLock(written: string | undefined): Duration {
  const lock = readLength('--lock', written) ?? DEFAULT_LOCK;
  if (lock >= LEAST_LOCK && lock <= LONGEST_LOCK) return lock;
  throw new UsageError(`"${written ?? ''}" is not a valid --lock. Use a duration from 15s to 10m.`);
}
