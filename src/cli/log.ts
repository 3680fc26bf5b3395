import { hostname } from 'node:os';
import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import { openDestination, sinkKinds } from '../sinks/index.js';
import type { LogOptions } from './options.js';
import type { Terminal } from './terminal.js';
import { localClock, zoneOf } from './zone.js';

/** Opens the log on standard output in the form asked for. */
export function openLog(
  options: LogOptions,
  terminal: Terminal,
  clock: Clock,
  settings: { readonly timezone: string },
): Sink {
  const { logFormat, logLevel } = options;
  const automatic = terminal.isWatched.out ? 'pretty' : 'json';
  const key = logFormat === 'auto' ? automatic : logFormat;
  const kind = sinkKinds.find((other) => other.key === key);
  if (kind === undefined) throw new Error(`no sink writes ${key}`);
  const destination = openDestination({
    fd: 1,
    stream: () => process.stdout,
    clock,
    onEnded: (reason) => terminal.err(`timers: ${reason}`),
    onTrouble: (reason) => terminal.err(`timers: ${reason}`),
  });
  return kind.create({
    destination,
    clock,
    level: logLevel,
    host: hostname(),
    color: terminal.color.out,
    local: localClock(zoneOf(options, settings)),
  });
}
