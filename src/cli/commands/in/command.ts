import { withAdHoc, type AdHocOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** A command once, after a delay, by the running scheduler. */
export const inCommand: CommandKind = {
  name: 'in',
  summary: 'let the running scheduler run a command once, after a delay',
  examples: [
    {
      line: 'timers in 30m -- ./report.sh --month 11',
      does: 'several words: a program and its arguments, without a shell',
    },
    { line: "timers in 2h -- 'pg_dump app | gzip > app.gz'", does: 'one word: a text for the shell' },
    {
      line: 'timers status; timers cancel in:k3f9x',
      does: 'it is listed; and taken back, by the name that was answered',
    },
  ],
  configure(command) {
    withAdHoc(command.usage('[options] <delay> -- <command...>').argument('<delay>', 'how long from now: 30m, 1h30m'));
    return async (terminal, args) => {
      const { readLength } = await import('../../arguments.js');
      const { askForTimer } = await import('../../ask-for-timer.js');
      const [delay, words] = args as [string, readonly string[]];
      return askForTimer(terminal, command.opts<AdHocOptions>(), { words, when: { in_ms: readLength('in', delay) } });
    };
  },
};
