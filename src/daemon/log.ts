import { hostname } from 'node:os';
import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import { formatLocal } from '../schedules/index.js';
import type { Level } from '../sinks/level.js';
import { openDestination, sinkKinds } from '../sinks/index.js';
import type { Surroundings } from './surroundings.js';

/** How the log is written. */
export interface LogForm {
  /** A key of `sinkKinds`. */
  readonly format: string;
  /** Events below it are left out. */
  readonly level: Level;
  readonly color: boolean;
  /** IANA name, of the times that people read. */
  readonly timezone: string;
}

/** Opens the log on standard output. @throws Error when no sink has that format. */
export function openLog(
  { format, level, color, timezone }: LogForm,
  { clock, surroundings }: { readonly clock: Clock; readonly surroundings: Surroundings },
): Sink {
  const kind = sinkKinds.find(({ key }) => key === format);
  if (kind === undefined) throw new Error(`no sink writes ${format}`);
  const report = (reason: string) => surroundings.err(`timers: ${reason}`);
  const destination = openDestination({
    fd: 1,
    stream: () => process.stdout,
    clock,
    onEnded: report,
    onTrouble: report,
  });
  const local = { zone: timezone, format: (instant: number) => formatLocal(instant, timezone) };
  return kind.create({ destination, clock, level, host: hostname(), color, local });
}
