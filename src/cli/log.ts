import type { Clock } from '../domain/clock.js';
import type { Settings } from '../config/index.js';
import { openLog as openLogAs, type SchedulerLog } from '../daemon/log.js';
import type { LogOptions } from './options.js';
import type { Terminal } from './terminal.js';
import { zoneOf } from './zone.js';

/** Opens the log in the form that the command line requests: on standard output, and in the file of the settings. */
export function openTerminalLog(
  options: LogOptions,
  terminal: Terminal,
  clock: Clock,
  settings: Pick<Settings, 'timezone' | 'log'>,
): Promise<SchedulerLog> {
  const { logFormat } = options;
  const isWatched = terminal.isWatched.out;
  return openLogAs(
    {
      format: logFormat === 'auto' ? (isWatched ? 'pretty' : 'json') : logFormat,
      fileFormat: logFormat === 'auto' ? 'json' : logFormat,
      isWatched,
      file: settings.log,
      level: options.logLevel,
      color: terminal.color.out,
      timezone: zoneOf(options, settings),
    },
    { clock, surroundings: terminal },
  );
}
