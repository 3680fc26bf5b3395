import type { TimerFile } from '../../../config/index.js';
import { startDaemon, type DaemonOptions } from '../../../daemon/daemon.js';
import { serviceIn, withoutService } from '../../../daemon/service-variables.js';
import type { Clock } from '../../../domain/clock.js';
import { SECOND } from '../../../domain/time.js';
import { openTerminalLog } from '../../log.js';
import type { LogOptions } from '../../options.js';
import { watchStop } from './stop-spinner.js';
import { closeInspector, obey } from '../../signals.js';
import type { NonBlockingTerminal } from '../../non-blocking-terminal.js';

interface Foreground extends Pick<DaemonOptions, 'clock' | 'keepAlive' | 'state' | 'watches' | 'launcher' | 'origin'> {
  readonly log: LogOptions;
}

/** Runs a scheduler in the foreground of a terminal, with its log on standard output. Returns the exit code. */
export async function runInForeground(
  timerFile: TimerFile,
  terminal: NonBlockingTerminal,
  { log, ...options }: Foreground,
): Promise<number> {
  const { clock } = options;
  const spinner = terminal.isWatched.err ? [watchStop(terminal.screen, clock)] : [];
  const opened = await openTerminalLog(log, terminal, clock, timerFile.settings);
  watchInspector(clock);
  const surroundings = { ...terminal, env: withoutService(terminal.env) };
  const service = serviceIn(terminal.env, process.pid);
  return startDaemon(timerFile, { ...options, surroundings, service, sinks: spinner, log: opened, onRequest: obey });
}

/** How often to look for an inspector that opens late, in ms. */
const LOOK_EVERY = 10;

function watchInspector(clock: Clock): void {
  const begun = clock.monotonic();
  const look = () => {
    closeInspector();
    if (clock.monotonic() - begun < SECOND) clock.after(LOOK_EVERY, look);
  };
  look();
}
