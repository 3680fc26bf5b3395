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
  summary: 'let timers skip their firings for a while; what runs goes on',
  examples: [
    { line: 'timers pause backup --for 1h --reason "disk change"', does: 'it resumes by itself' },
    { line: 'timers pause --all', does: 'until timers resume --all, over restarts too' },
  ],
  configure(command) {
    withScreen(command, 'an object a line')
      .argument('[names...]', 'the timers')
      .option('--all', 'every timer')
      .option('--for <duration>', 'resume by itself then (30m, 1h30m)')
      .option('--reason <text>', 'shown in status and log');
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
      return withScheduler(terminal, options, async ({ change, timezone }) => {
        const { names, until } = (await change('pause', asked)) as { names: string[]; until: string | null };
        if (options.json) {
          terminal.out(...names.map((name) => jsonText({ task_name: name, until })));
          return 0;
        }
        const { localTime } = await import('../../../schedules/index.js');
        const end = until === null ? 'timers resume' : `${localTime(Date.parse(until), timezone)} ${timezone}`;
        terminal.err(`timers: paused until ${end}: ${names.join(', ')}`);
        return 0;
      });
    };
  },
};
