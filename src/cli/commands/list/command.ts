import type { ListOptions } from './list.js';
import { withScreen } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** The timers of a file. */
export const list: CommandKind = {
  name: 'list',
  summary: 'show the timers, their schedules in words, next firings and last outcomes; also those of timers in and at',
  examples: [
    { line: 'timers list', does: 'a table' },
    { line: 'timers list --json', does: 'an object a line' },
  ],
  configure(command) {
    withScreen(command, 'an object a line');
    return async (terminal) => {
      const { listTimers } = await import('./list.js');
      return listTimers(terminal, command.opts<ListOptions>());
    };
  },
};
