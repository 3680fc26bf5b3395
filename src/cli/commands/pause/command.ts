import { jsonText } from '../../../text/visible.js';
import { withScreen, type ScreenOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

interface PauseOptions extends ScreenOptions {
  readonly all?: true;
  readonly for?: string;
  readonly reason?: string;
}

/** No firings by schedule for a while. */
export const pause: CommandKind = {
  name: 'pause',
  group: 'operate',
  summary: 'Skip the firings of timers for a while',
  details: 'Active runs go on. A pause survives a restart of the scheduler.',
  since: '0.1.0',
  examples: [
    { line: 'timers pause backup --for 1h --reason "disk change"', does: 'Pause it; it resumes after an hour' },
    { line: 'timers pause --all', does: 'Pause every timer until timers resume --all' },
  ],
  configure(command) {
    withScreen(command, 'one JSON object per line')
      .argument('[names...]', 'Timers')
      .option('--all', 'Pause every timer')
      .option('--for <duration>', 'Resume after this time, such as 30m or 1h30m')
      .option('--reason <text>', 'Reason to show in status and log');
    return async (terminal, args) => {
      const options = command.opts<PauseOptions>();
      const { readLength, readNames } = await import('../../arguments.js');
      const length = readLength('--for', options.for);
      const asked = {
        ...readNames(args[0] as readonly string[], options.all),
        ...(length !== undefined && { for_ms: length }),
        ...(options.reason !== undefined && { reason: options.reason }),
      };
      const { withScheduler } = await import('../../connect.js');
      return withScheduler(terminal, options, async ({ change, zone }) => {
        const { names, until } = (await change('pause', asked)) as { names: string[]; until: string | null };
        if (options.json) {
          terminal.out(...names.map((name) => jsonText({ task_name: name, until })));
          return 0;
        }
        const { localTime } = await import('../../../schedules/index.js');
        const timezone = await zone();
        const end = until === null ? 'timers resume' : `${localTime(Date.parse(until), timezone)} ${timezone}`;
        terminal.err(`timers: paused until ${end}: ${names.join(', ')}`);
        return 0;
      });
    };
  },
};
