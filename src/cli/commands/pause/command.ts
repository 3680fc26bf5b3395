import { Option } from 'commander';
import { jsonText } from '../../../text/visible.js';
import { withScreen, type ScreenOptions } from '../../options.js';
import { UsageError, type CommandKind } from '../../command.js';
import type { Instant } from '../../../domain/time.js';

interface PauseOptions extends ScreenOptions {
  readonly all?: true;
  readonly for?: string;
  readonly until?: string;
  readonly reason?: string;
}

/** Skips scheduled firings for a while. */
export const pause: CommandKind = {
  name: 'pause',
  group: 'operate',
  summary: 'Skip the firings of timers for a while',
  details: 'Active runs continue. A pause survives a restart of the scheduler.',
  since: '0.1.0',
  examples: [
    { line: 'timers pause backup --for 1h --reason "disk change"', does: 'Pause it; it resumes after an hour' },
    { line: 'timers pause --all', does: 'Pause every timer until timers resume --all' },
  ],
  configure(command) {
    withScreen(command, 'one JSON object per line')
      .argument('[names...]', 'Timers')
      .option('--all', 'Pause every timer')
      .addOption(new Option('--for <duration>', 'Resume after this time, such as 30m or 1h30m').conflicts(['until']))
      .option('--until <time>', 'Resume at this time (18:00, tomorrow 09:00, 2027-01-01 00:00)')
      .option('--reason <text>', 'Reason to show in the status and the log');
    return async (terminal, args) => {
      const options = command.opts<PauseOptions>();
      const { readLength, readNames } = await import('../../arguments.js');
      const length = readLength('--for', options.for);
      const who = {
        ...readNames(args[0] as readonly string[], options.all),
        ...(length !== undefined && { for_ms: length }),
        ...(options.reason !== undefined && { reason: options.reason }),
      };
      const { withScheduler } = await import('../../reach-scheduler.js');
      return withScheduler(terminal, options, async ({ change, zone }) => {
        const asked = { ...who, ...(await endOf(options, zone)) };
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

/** Returns the arguments that `--until` adds to the verb. @throws UsageError if it is not a time, or is in the past. */
async function endOf({ until: text }: PauseOptions, zone: () => Promise<string>): Promise<{ until?: Instant }> {
  if (text === undefined) return {};
  const { createSystemClock } = await import('../../../clocks/system.js');
  const { readFutureTime } = await import('../../read-time.js');
  const now = createSystemClock().now();
  const until = readFutureTime('--until', text, { now, timezone: await zone() });
  if (until <= now) throw new UsageError(`--until: ${text} has passed`);
  return { until };
}
