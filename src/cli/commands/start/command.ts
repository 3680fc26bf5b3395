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
import { Option } from 'commander';
import type { CommandKind } from '../../command.js';

interface StartOptions extends FileOption, LogOptions, StateOption {
  readonly keepAlive?: true;
  readonly watch?: true;
  readonly json?: true;
  readonly launcher?: 'auto' | 'execa';
}

/** Runs in the foreground until stopped, or until nothing can fire any more. */
export const start: CommandKind = {
  name: 'start',
  group: 'run',
  summary: 'Run the timers of a file until you stop them',
  since: '0.1.0',
  examples: [
    { line: 'timers start', does: 'Use the nearest timer file; pretty on a terminal' },
    { line: 'timers start -f jobs.yaml --log-format json', does: 'Log one JSON object per line, as in a container' },
    { line: 'timers start --watch', does: 'Load each change of the file when it is saved' },
    { line: 'timers start --keep-alive', does: 'Keep running when no timer can fire any more' },
  ],
  hasFlushed: true,
  configure(command) {
    withJson(withZone(withState(withLog(withFile(command)))), 'the log as JSON')
      .option('--keep-alive', 'Keep running when no timer can fire any more')
      .option('--watch', 'Load the file whenever it changes, as timers reload does')
      .addOption(
        new Option('--launcher <name>', 'What starts commands (default: "launcher" of the file)').choices([
          'auto',
          'execa',
        ]),
      );
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
        launcher: options.launcher,
      });
      await said.flush();
      return exitCode;
    };
  },
};
