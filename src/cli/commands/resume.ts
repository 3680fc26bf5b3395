import { withFile, withState, type FileOption, type StateOption } from '../options.js';
import type { CommandKind } from './kind.js';

/** The end of a pause. */
export const resume: CommandKind = {
  name: 'resume',
  summary: 'end the pause of timers',
  examples: [{ line: 'timers resume backup', does: 'its next firing runs again' }],
  configure(command) {
    withState(withFile(command)).argument('[names...]', 'the timers').option('--all', 'every timer');
    return async (terminal, args) => {
      const options = command.opts<FileOption & StateOption & { readonly all?: true }>();
      const { readNames } = await import('../arguments.js');
      const asked = readNames(args[0] as readonly string[], options.all);
      const { withScheduler } = await import('../reach.js');
      return withScheduler(terminal, options, async ({ change }) => {
        const { names } = (await change('resume', asked)) as { names: string[] };
        terminal.err(`timers: resumed: ${names.join(', ')}`);
        return 0;
      });
    };
  },
};
