import {
  withFile,
  withJson,
  withLog,
  withState,
  withZone,
  type FileOption,
  type LogOptions,
  type StateOption,
} from '../../options.js';
import type { CommandKind } from '../../command.js';

interface StartOptions extends FileOption, LogOptions, StateOption {
  readonly keepAlive?: true;
  readonly watch?: true;
  readonly json?: true;
}

/** Runs in the foreground until stopped, or until nothing can fire any more. */
export const start: CommandKind = {
  name: 'start',
  summary: 'run the timers of a file until stopped',
  examples: [
    { line: 'timers start', does: 'the nearest timer file, pretty on a terminal' },
    { line: 'timers start -f jobs.yaml --log-format json', does: 'one JSON object a line, as in a container' },
    { line: 'timers start --watch', does: 'take every change of the file as it is saved' },
    { line: 'timers start --keep-alive', does: 'stay when nothing can fire any more' },
  ],
  hasFlushed: true,
  configure(command) {
    withJson(withZone(withState(withLog(withFile(command)))), 'the log')
      .option('--keep-alive', 'stay when nothing can fire any more')
      .option('--watch', 'read the file anew whenever it changes, as timers reload does');
    return async (terminal) => {
      const options = command.opts<StartOptions>();
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { loadOrTell } = await import('../../load.js');
      const clock = createSystemClock();
      const timerFile = await loadOrTell(terminal, options.file, clock.now(), { warns: true });
      if (timerFile === undefined) return 1;
      const { unhindered } = await import('../../unhindered.js');
      const said = unhindered(terminal, clock);
      const { runInForeground } = await import('./foreground.js');
      const exitCode = await runInForeground(timerFile, said, {
        clock,
        log: options.json ? { ...options, logFormat: 'json' } : options,
        keepAlive: options.keepAlive === true,
        state: options.state,
        watches: options.watch === true,
      });
      await said.flush();
      return exitCode;
    };
  },
};
