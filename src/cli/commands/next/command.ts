import { Option } from 'commander';
import type { NextOptions } from './next.js';
import { withScreen } from '../../options.js';
import type { CommandKind } from '../../command.js';

const DEFAULT_COUNT = 10;

/** Shows upcoming firings, in order. */
export const next: CommandKind = {
  name: 'next',
  group: 'look ahead',
  summary: 'Show the upcoming firings in order',
  since: '0.1.0',
  examples: [
    { line: 'timers next', does: `Show the next ${DEFAULT_COUNT} of all timers` },
    { line: 'timers next backup -n 3', does: 'Show the next three of one timer' },
    { line: 'timers next --from 2027-03-28 --until 2027-03-29', does: 'Show a whole day, here with a clock change' },
    {
      line: 'timers next --around-dst',
      does: 'Show clock changes and their effect on each timer',
    },
  ],
  configure(command) {
    withScreen(command, 'one JSON object per line')
      .argument('[names...]', 'Timers (default: all)')
      .option('-n, --count <n>', `Number of firings (default: ${DEFAULT_COUNT}, or all with --until)`)
      .option('--from <time>', 'Begin at this time instead of now (2027-01-01 00:00, 17:00, tomorrow, 2h)')
      .option('--until <time>', 'End at this time, inclusive; a duration counts from --from')
      .addOption(
        new Option(
          '--around-dst',
          'Show the next two clock changes of each zone, and their effect on each timer',
        ).conflicts(['count', 'until']),
      );
    return async (terminal, args) => {
      const { showNext } = await import('./next.js');
      return showNext(terminal, args[0] as readonly string[], command.opts<NextOptions>());
    };
  },
};
