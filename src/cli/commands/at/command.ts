import { withAdHoc, type AdHocOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Runs a command once, at a point in time, in the running scheduler. */
export const atCommand: CommandKind = {
  name: 'at',
  group: 'run',
  summary: 'Run a command once, at a given time, in the running scheduler',
  since: '0.1.0',
  examples: [
    { line: 'timers at 17:00 -- ./report.sh --month 11', does: "At the next 17:00 in the file's time zone" },
    {
      line: "timers at 'tomorrow 09:00' -- 'df -h > df.txt'",
      does: 'A single word runs in the shell; several words run without one',
    },
    {
      line: "timers at '2027-01-01 00:00' --timezone Asia/Tokyo -- ./fireworks",
      does: 'At a local time, or in RFC 3339, such as 2027-01-01T00:00:00+09:00',
    },
  ],
  configure(command) {
    withAdHoc(
      command.usage('[options] <time> -- <command...>').argument('<time>', 'Time of day, local time or RFC 3339'),
    );
    return async (terminal, args) => {
      const { askForTimer } = await import('../../ask-for-timer.js');
      const options = command.opts<AdHocOptions>();
      const [time, words] = args as [string, readonly string[]];
      return askForTimer(terminal, options, { words, when: { at: time, timezone: options.timezone } });
    };
  },
};
