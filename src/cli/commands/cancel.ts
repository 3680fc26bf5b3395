import { withFile, withState, type FileOption, type StateOption } from '../options.js';
import type { CommandKind } from './kind.js';

/** The end of what runs. */
export const cancel: CommandKind = {
  name: 'cancel',
  summary: 'end the runs of a timer, or one run, as a timeout would',
  examples: [
    { line: 'timers cancel backup', does: 'every run of it that is on or waits' },
    { line: 'timers cancel mg1c2x3kabcde', does: 'one run, by its id' },
  ],
  configure(command) {
    withState(withFile(command)).argument('<name-or-run>', 'the timer, or the id of a run');
    return async (terminal, args) => {
      const { withScheduler } = await import('../reach.js');
      return withScheduler(terminal, command.opts<FileOption & StateOption>(), async ({ client }) => {
        const target = String(args[0]);
        const { canceled } = (await client.request('cancel', { target })) as { canceled: number };
        const runs = `${canceled} ${canceled === 1 ? 'run' : 'runs'}`;
        terminal.err(canceled === 0 ? `timers: nothing of ${target} is on` : `timers: canceled ${runs} of ${target}`);
        return 0;
      });
    };
  },
};
