import { jsonText } from '../../../text/visible.js';
import { withScreen, type ScreenOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** A delay or an interval, counted again. */
export const reset: CommandKind = {
  name: 'reset',
  group: 'operate',
  summary: 'Restart a delay or an interval from now, and close the breaker',
  details: 'Moves a pending ad-hoc timer with --in.',
  since: '0.1.0',
  examples: [
    { line: 'timers reset warm-cache', does: 'Wait its whole delay again' },
    { line: 'timers reset warm-cache --in 5m', does: 'Fire in five minutes' },
  ],
  configure(command) {
    withScreen(command, 'one JSON object')
      .argument('<name>', 'Timer')
      .option('--in <duration>', 'Fire after this time instead of its own delay');
    return async (terminal, args) => {
      const options = command.opts<ScreenOptions & { readonly in?: string }>();
      const { readLength } = await import('../../arguments.js');
      const length = readLength('--in', options.in);
      const name = String(args[0]);
      const { withScheduler } = await import('../../connect.js');
      return withScheduler(terminal, options, async ({ change, zone }) => {
        const asked = { name, ...(length !== undefined && { in_ms: length }) };
        const answer = (await change('reset', asked)) as { next_at: string | null; breaker_closed: boolean };
        if (options.json) {
          terminal.out(jsonText({ task_name: name, next_at: answer.next_at, breaker_closed: answer.breaker_closed }));
          return 0;
        }
        const { localTime } = await import('../../../schedules/index.js');
        const timezone = await zone();
        const done = [
          ...(answer.next_at === null
            ? []
            : [
                `is due at ${localTime(Date.parse(answer.next_at), timezone)} ${timezone}${isOfFile(name) ? UNTIL_RESTART : ''}`,
              ]),
          ...(answer.breaker_closed ? ['runs again: its breaker is closed'] : []),
        ];
        terminal.err(`timers: ${name} ${done.join(', and ')}`);
        return 0;
      });
    };
  },
};

/** The schedule of a timer of the file is the file's word: `every` keeps its grid over restarts, `in` counts from the start. */
const UNTIL_RESTART = ', until the scheduler restarts';

/** Ad-hoc timers have a colon in their names. */
const isOfFile = (name: string): boolean => !name.includes(':');
