import { jsonText } from '../../../text/visible.js';
import { withScreen, type ScreenOptions } from '../../options.js';
import { nextStartOf } from '../../../domain/status-record.js';
import type { CommandKind } from '../../command.js';
import type { ResetAnswer } from './words.js';

/** Restarts a delay or an interval. */
export const reset: CommandKind = {
  name: 'reset',
  group: 'operate',
  summary: 'Restart a delay or an interval from now, and close the breaker',
  details: 'With --in, also moves a pending ad-hoc timer.',
  since: '0.1.0',
  examples: [
    { line: 'timers reset warm-cache', does: 'Wait its full delay again' },
    { line: 'timers reset warm-cache --in 5m', does: 'Fire in five minutes' },
  ],
  configure(command) {
    withScreen(command, 'one JSON object')
      .argument('<name>', 'Timer')
      .option('--in <duration>', 'Fire after this delay instead of its own');
    return async (terminal, args) => {
      const options = command.opts<ScreenOptions & { readonly in?: string }>();
      const { readLength } = await import('../../arguments.js');
      const length = readLength('--in', options.in);
      const name = String(args[0]);
      const { withScheduler } = await import('../../reach-scheduler.js');
      return withScheduler(terminal, options, async ({ change, zone }) => {
        const asked = { name, ...(length !== undefined && { in_ms: length }) };
        const answer = (await change('reset', asked)) as ResetAnswer;
        if (options.json) {
          const { next_at, breaker_closed } = answer;
          terminal.out(jsonText({ task_name: name, next_at, starts_at: nextStartOf(answer), breaker_closed }));
          return 0;
        }
        const { resetInWords } = await import('./words.js');
        terminal.err(...resetInWords(name, answer, await zone()));
        return 0;
      });
    };
  },
};
