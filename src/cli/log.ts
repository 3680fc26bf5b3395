import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import { openLog as openLogAs } from '../daemon/log.js';
import type { LogOptions } from './options.js';
import type { Terminal } from './terminal.js';
import { zoneOf } from './zone.js';

/** Opens the log on standard output in the form that the command line requests. */
export function openTerminalLog(
  options: LogOptions,
  terminal: Terminal,
  clock: Clock,
  settings: { readonly timezone: string },
): Promise<Sink> {
  const automatic = terminal.isWatched.out ? 'pretty' : 'json';
  return openLogAs(
    {
      format: options.logFormat === 'auto' ? automatic : options.logFormat,
      level: options.logLevel,
      color: terminal.color.out,
      timezone: zoneOf(options, settings),
    },
    { clock, surroundings: terminal },
  );
}
