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
import type { Reached } from '../../reach-scheduler.js';
import type { CommandKind } from '../../command.js';

interface LogsOptions extends FileOption, StateOption, JsonOption, ZoneOption {
  readonly count?: string;
  readonly follow?: true;
  readonly run?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Shows the log of a running scheduler, wherever that scheduler writes it. */
export const logs: CommandKind = {
  name: 'logs',
  group: 'look back',
  summary: 'Show or follow the recent log of the running scheduler',
  details:
    'The scheduler keeps its latest 2,000 events, up to 8 MiB, in memory. It never waits for --follow: lines that come ' +
    'too fast are left out and reported.',
  since: '0.1.0',
  examples: [
    { line: 'timers logs -f', does: 'Show the recent log and follow it' },
    { line: 'timers logs backup -n 50', does: 'Show the latest 50 events of one timer' },
    { line: 'timers logs --run mg1c2x3k -f', does: 'Follow one run; the start of its id is enough' },
  ],
  whenUnread: 0,
  configure(command) {
    withJson(
      withZone(withState(withFile(command, '--file <path>'))).argument('[name]', 'Timer (default: all)'),
      'one JSON object per line',
    )
      .option('-f, --follow', 'Print new events until you press Ctrl-C')
      .option('-n, --count <n>', 'Show only the latest N (default: all that are kept, at most 2,000)')
      .option('--since <time>', 'Show events from this time on (2h, 17:00, yesterday, 2027-01-01 00:00)')
      .option('--until <time>', 'Show events up to this time')
      .option('--run <id>', 'Show one run; the start of its id is enough');
    return async (terminal, args) => {
      const options = command.opts<LogsOptions>();
      const { readCount } = await import('../../arguments.js');
      const last = readCount(options.count);
      const name = args[0] as string | undefined;
      const { withScheduler } = await import('../../reach-scheduler.js');
      const { zoneOf } = await import('../../zone.js');
      const { checkLogSpan, PAST_LOG, readLogSpan, showLogs } = await import('./logs.js');
      // Errors in the options are reported before errors in the file.
      checkLogSpan(options, zoneOf(options, undefined));
      const show = async ({ client, zone }: Reached) => {
        const timezone = await zone();
        const asked = {
          follow: options.follow === true,
          ...(name !== undefined && { task_name: name }),
          ...(options.run !== undefined && { run_id: options.run }),
          ...(last !== undefined && { last }),
          ...readLogSpan(options, timezone),
        };
        return showLogs(client, asked, { terminal, timezone, asJson: options.json === true });
      };
      return withScheduler(terminal, options, show, PAST_LOG);
    };
  },
};
