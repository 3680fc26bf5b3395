import { Option } from 'commander';
import type { HistoryOptions } from './history.js';
import { withFile, withJson, withState, withZone } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** What became of past firings. */
export const history: CommandKind = {
  name: 'history',
  summary: 'show past firings and what became of them',
  examples: [
    { line: 'timers history', does: 'the latest 20 over all timers, and what runs now' },
    { line: 'timers history backup --status failure,timeout -n 5', does: 'the last five failures of one timer' },
    { line: 'timers history --since yesterday --json', does: 'an object a line, with the fields of the log' },
    { line: 'timers history --run mg1c2x3k', does: 'one run whole, with its output' },
  ],
  configure(command) {
    const time = '(2027-01-01 00:00, 17:00, today, yesterday, or back from now: 2h)';
    withJson(
      withZone(withState(withFile(command))).argument('[names...]', 'the timers; without any, all'),
      'an object a line',
    )
      .option('-n, --count <n>', 'the latest so many; 20, or all since --since')
      .option('--status <words>', 'success, failure, timeout, canceled, lost, skipped or missed; several with commas')
      .option('--since <time>', `ended then or later ${time}`)
      .option('--until <time>', 'ended then or earlier')
      .addOption(
        new Option('--run <id>', 'one run whole; the beginning of its id is enough').conflicts([
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
