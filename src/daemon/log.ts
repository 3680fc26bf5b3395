import { hostname } from 'node:os';
import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import { formatLocal } from '../schedules/index.js';
import type { Level } from '../sinks/level.js';
import { sinkKinds, type LogFormat } from '../sinks/index.js';
import { openDestination } from '../sinks/writers.js';
import type { Surroundings } from './surroundings.js';

/** How the log is written. */
export interface LogForm {
  readonly format: LogFormat;
  /** Events below it are omitted. */
  readonly level: Level;
  readonly color: boolean;
  /** IANA name of the zone for displayed times. */
  readonly timezone: string;
}

/** Opens the log on standard output. */
export function openLog(
  { format, level, color, timezone }: LogForm,
  { clock, surroundings }: { readonly clock: Clock; readonly surroundings: Surroundings },
): Promise<Sink> {
  const report = (reason: string) => surroundings.err(`timers: ${reason}`);
  const destination = openDestination({
    fd: 1,
    stream: () => process.stdout,
    clock,
    onEnded: report,
    onTrouble: report,
  });
  const local = { zone: timezone, format: (instant: number) => formatLocal(instant, timezone) };
  return sinkKinds[format]({ destination, clock, level, host: hostname(), color, local });
}
