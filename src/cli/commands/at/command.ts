import { withAdHoc, type AdHocOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** A command once, at a point in time, by the running scheduler. */
export const at: CommandKind = {
  name: 'at',
  summary: 'let the running scheduler run a command once, at a point in time',
  examples: [
    { line: 'timers at 17:00 -- ./report.sh --month 11', does: 'the next 17:00 in the file’s zone, today or tomorrow' },
    {
      line: "timers at 'tomorrow 09:00' -- 'df -h > df.txt'",
      does: 'one word is a text for the shell; several run without one',
    },
    {
      line: "timers at '2027-01-01 00:00' --timezone Asia/Tokyo -- ./fireworks",
      does: 'a local time; or RFC 3339, as 2027-01-01T00:00:00+09:00',
    },
  ],
  configure(command) {
    withAdHoc(
      command.usage('[options] <time> -- <command...>').argument('<time>', 'a time of day, a local time or RFC 3339'),
    ).option('--timezone <zone>', 'of a time without an offset (Europe/Berlin); without it the file’s');
    return async (terminal, args) => {
      const { askForTimer } = await import('../../ask-for-timer.js');
      const { timezone, ...options } = command.opts<AdHocOptions & { readonly timezone?: string }>();
      const [time, words] = args as [string, readonly string[]];
      return askForTimer(terminal, options, { words, when: { at: time, timezone } });
    };
  },
};
