import {
  withFile,
  withJson,
  withState,
  withZone,
  type FileOption,
  type JsonOption,
  type StateOption,
  type ZoneOption,
} from '../../options.js';
import type { Reached } from '../../connect.js';
import type { CommandKind } from '../../command.js';

interface LogsOptions extends FileOption, StateOption, JsonOption, ZoneOption {
  readonly count?: string;
  readonly follow?: true;
  readonly run?: string;
  readonly since?: string;
  readonly until?: string;
}

/** The log of a running scheduler, wherever its own output goes. */
export const logs: CommandKind = {
  name: 'logs',
  summary: 'show the recent log of the running scheduler, and follow it',
  examples: [
    { line: 'timers logs -f', does: 'what happened lately, and all that comes' },
    { line: 'timers logs backup -n 50', does: 'the latest 50 lines of one timer' },
    { line: 'timers logs --run mg1c2x3k -f', does: 'one run; the beginning of its id is enough' },
  ],
  whenUnread: 0,
  configure(command) {
    withJson(
      withZone(withState(withFile(command, '--file <path>'))).argument('[name]', 'the timer; without one, all'),
      'an object a line',
    )
      .option('-f, --follow', 'go on with what comes, until Ctrl-C')
      .option('-n, --count <n>', 'the latest so many; all that are kept (2,000 at most)')
      .option('--since <time>', 'from there on (2h, 17:00, yesterday, 2027-01-01 00:00)')
      .option('--until <time>', 'up to there')
      .option('--run <id>', 'one run; the beginning of its id is enough');
    return async (terminal, args) => {
      const options = command.opts<LogsOptions>();
      const { readCount } = await import('../../arguments.js');
      const last = readCount(options.count);
      const name = args[0] as string | undefined;
      const { withScheduler } = await import('../../connect.js');
      const { zoneOf } = await import('../../zone.js');
      const { PAST_LOG, readSpan, showLogs } = await import('./logs.js');
      // What is wrong with the options comes before what is wrong with the file.
      readSpan(options, zoneOf(options, undefined));
      const show = async ({ client, timezone }: Reached) => {
        const asked = {
          follow: options.follow === true,
          ...(name !== undefined && { task_name: name }),
          ...(options.run !== undefined && { run_id: options.run }),
          ...(last !== undefined && { last }),
          ...readSpan(options, timezone),
        };
        return showLogs(client, asked, { terminal, timezone, asJson: options.json === true });
      };
      return withScheduler(terminal, options, show, PAST_LOG);
    };
  },
};
