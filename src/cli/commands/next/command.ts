import { Option } from 'commander';
import type { NextOptions } from './next.js';
import { withFile, withJson, withZone } from '../../options.js';
import type { CommandKind } from '../../command.js';

const DEFAULT_COUNT = 10;

/** The coming firings, in order. */
export const next: CommandKind = {
  name: 'next',
  summary: 'show the coming firings, in order',
  examples: [
    { line: 'timers next', does: `the next ${DEFAULT_COUNT} over all timers` },
    { line: 'timers next backup -n 3', does: 'the next three of one timer' },
    { line: 'timers next --from 2027-03-28 --until 2027-03-29', does: 'a whole day, here that of a clock change' },
    {
      line: 'timers next --around-dst',
      does: 'the next two clock changes of each zone, and what each timer does there',
    },
  ],
  configure(command) {
    withJson(withZone(withFile(command)).argument('[names...]', 'the timers; without any, all'), 'an object a line')
      .option('-n, --count <n>', `how many; ${DEFAULT_COUNT}, or all of a time that --until ends`)
      .option('--from <time>', 'begin there instead of now (2027-01-01 00:00, 17:00, tomorrow, yesterday, 2h)')
      .option('--until <time>', 'end there, inclusive; a duration counts from --from')
      .addOption(
        new Option('--around-dst', 'show what the coming clock changes do instead').conflicts(['count', 'until']),
      );
    return async (terminal, args) => {
      const { showNext } = await import('./next.js');
      return showNext(terminal, args[0] as readonly string[], command.opts<NextOptions>());
    };
  },
};
