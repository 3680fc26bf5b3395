import { jsonText } from '../../../text/visible.js';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Ends a pause. */
export const resume: CommandKind = {
  name: 'resume',
  group: 'operate',
  summary: 'Resume paused timers',
  since: '0.1.0',
  examples: [{ line: 'timers resume backup', does: 'Resume it from its next firing' }],
  configure(command) {
    withJson(withState(withFile(command)), 'one JSON object per line')
      .argument('[names...]', 'Timers')
      .option('--all', 'Resume every timer');
    return async (terminal, args) => {
      const options = command.opts<FileOption & StateOption & JsonOption & { readonly all?: true }>();
      const { readNames } = await import('../../arguments.js');
      const asked = readNames(args[0] as readonly string[], options.all);
      const { withScheduler } = await import('../../reach-scheduler.js');
      return withScheduler(terminal, options, async ({ change }) => {
        const { names } = (await change('resume', asked)) as { names: string[] };
        if (options.json) terminal.out(...names.map((name) => jsonText({ task_name: name })));
        else terminal.err(`timers: resumed: ${names.join(', ')}`);
        return 0;
      });
    };
  },
};
