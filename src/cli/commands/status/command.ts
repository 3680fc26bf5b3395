import { Option } from 'commander';
import { withScreen, type ScreenOptions } from '../../options.js';
import type { HealthQuestion } from './check.js';
import type { CommandKind } from '../../command.js';

interface StatusOptions extends ScreenOptions {
  readonly check?: HealthQuestion;
}

/** Shows what a running scheduler is doing. */
export const status: CommandKind = {
  name: 'status',
  group: 'operate',
  summary: 'Show what is running, waiting, paused and next',
  since: '0.1.0',
  examples: [
    { line: 'timers status', does: 'Print a table' },
    { line: 'timers status --json | jq .timers[0]', does: 'Print one JSON object' },
    { line: 'timers status --check', does: 'Check readiness: exit with 0, or with 1 and the reason' },
    { line: 'timers status --check alive', does: 'Check liveness, to decide whether to restart' },
  ],
  configure(command) {
    withScreen(command, 'one JSON object').addOption(
      new Option(
        '--check [question]',
        'Exit with 0 if ready or alive, otherwise with 1; prints no table and takes at most 5 s',
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
