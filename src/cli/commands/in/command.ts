import { withAdHoc, type AdHocOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Runs a command once, after a delay, in the running scheduler. */
export const inCommand: CommandKind = {
  name: 'in',
  group: 'run',
  summary: 'Run a command once, after a delay, in the running scheduler',
  since: '0.1.0',
  examples: [
    {
      line: 'timers in 30m -- ./report.sh --month 11',
      does: 'Several words are a program and its arguments, run without a shell',
    },
    { line: "timers in 2h -- 'pg_dump app | gzip > app.gz'", does: 'A single word runs in the shell' },
    { line: 'timers status; timers cancel in:k3f9x', does: 'Find its name and remove it' },
  ],
  configure(command) {
    withAdHoc(
      command.usage('[options] <delay> -- <command...>').argument('<delay>', 'Delay from now, such as 30m or 1h30m'),
    );
    return async (terminal, args) => {
      const { readLength } = await import('../../arguments.js');
      const { askForTimer } = await import('../../ask-for-timer.js');
      const [delay, words] = args as [string, readonly string[]];
      return askForTimer(terminal, command.opts<AdHocOptions>(), { words, when: { in_ms: readLength('in', delay) } });
    };
  },
};
