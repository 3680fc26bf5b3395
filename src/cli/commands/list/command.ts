import type { ListOptions } from './list.js';
import { withScreen } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Lists the timers of a file. */
export const list: CommandKind = {
  name: 'list',
  group: 'look ahead',
  summary: 'Show the timers with their schedules, next and last firings',
  details: 'Includes the pending ad-hoc timers that timers in and timers at created.',
  since: '0.1.0',
  examples: [
    { line: 'timers list', does: 'Print a table' },
    { line: 'timers list --json', does: 'Print one JSON object per timer' },
  ],
  configure(command) {
    withScreen(command, 'one JSON object per line');
    return async (terminal) => {
      const { listTimers } = await import('./list.js');
      return listTimers(terminal, command.opts<ListOptions>());
    };
  },
};
