import { Option } from 'commander';
import type { HistoryOptions } from './history.js';
import { withFile, withJson, withState, withZone } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Shows what happened to past firings. */
export const history: CommandKind = {
  name: 'history',
  group: 'look back',
  summary: 'Show past firings and their outcomes',
  since: '0.1.0',
  examples: [
    { line: 'timers history', does: 'Show the latest 20 firings of all timers, and active runs' },
    { line: 'timers history backup --status failure,timeout -n 5', does: 'Show the last five failures of one timer' },
    {
      line: 'timers history --since yesterday --json',
      does: 'Print one JSON object per firing, with the fields of the log',
    },
    { line: 'timers history --run mg1c2x3k', does: 'Show one run in full, with its output' },
  ],
  configure(command) {
    const time = '(2027-01-01 00:00, 17:00, yesterday, or 2h for 2 hours ago)';
    withJson(
      withZone(withState(withFile(command))).argument('[names...]', 'Timers (default: all)'),
      'one JSON object per line',
    )
      .option('-n, --count <n>', 'Show only the latest N (default: 20, or all with --since)')
      .option(
        '--status <words>',
        'Outcomes, separated by commas: success, failure, timeout, canceled, lost, skipped, missed',
      )
      .option('--since <time>', `Show firings that ended at this time or later ${time}`)
      .option('--until <time>', 'Show firings that ended at this time or earlier')
      .addOption(
        new Option('--run <id>', 'Show one run in full; the start of its id is enough').conflicts([
          'count',
          'status',
          'since',
          'until',
        ]),
      );
    return async (terminal, args) => {
      const { showHistory } = await import('./history.js');
      return showHistory(terminal, args[0] as readonly string[], command.opts<HistoryOptions>());
    };
  },
};
