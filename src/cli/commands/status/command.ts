import { Option } from 'commander';
import { withScreen, type ScreenOptions } from '../../options.js';
import type { Question } from './check.js';
import type { CommandKind } from '../../command.js';

interface StatusOptions extends ScreenOptions {
  readonly check?: Question;
}

/** What a running scheduler does now. */
export const status: CommandKind = {
  name: 'status',
  summary: 'show what the running scheduler does now: what runs, waits, is paused, and is next',
  examples: [
    { line: 'timers status', does: 'a table' },
    { line: 'timers status --json | jq .timers[0]', does: 'one object' },
    {
      line: 'timers status --check',
      does: 'for a container’s health check: exit code 0 when it is ready, else 1 and why',
    },
    { line: 'timers status --check alive', does: 'the same for whether its loop turns: whether to start it anew' },
  ],
  configure(command) {
    withScreen(command, 'one object').addOption(
      new Option(
        '--check [question]',
        'no table, only whether it is ready or alive, by the exit code; answers within 5 s',
      )
        .choices(['ready', 'alive'])
        .preset('ready'),
    );
    return async (terminal) => {
      const options = command.opts<StatusOptions>();
      if (options.check !== undefined) {
        const { checkScheduler } = await import('./check.js');
        return checkScheduler(terminal, options.check, options);
      }
      const { showStatus } = await import('../../show-status.js');
      return showStatus(terminal, options);
    };
  },
};
