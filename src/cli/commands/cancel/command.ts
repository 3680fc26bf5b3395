import { jsonText } from '../../../text/visible.js';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** The end of what runs. */
export const cancel: CommandKind = {
  name: 'cancel',
  summary: 'end the runs of a timer, or one run, as a timeout would; take back one of timers in and at',
  examples: [
    { line: 'timers cancel backup', does: 'every run of it that is on or waits' },
    { line: 'timers cancel mg1c2x3kabcde', does: 'one run, by its id' },
    { line: 'timers cancel at:4k2f9', does: 'a timer of timers at that has not come due: it never will' },
  ],
  configure(command) {
    withJson(withState(withFile(command)), 'one object').argument(
      '<name-or-run>',
      'the timer, or the id of a run; its beginning is enough',
    );
    return async (terminal, args) => {
      const { withScheduler } = await import('../../connect.js');
      const options = command.opts<FileOption & StateOption & JsonOption>();
      return withScheduler(terminal, options, async ({ change }) => {
        const target = String(args[0]);
        const answer = (await change('cancel', { target })) as { canceled: number; removed: boolean };
        const { canceled, removed } = answer;
        if (options.json) {
          terminal.out(jsonText({ target, canceled, removed }));
          return 0;
        }
        const runs = `${canceled} ${canceled === 1 ? 'run' : 'runs'}`;
        if (removed) terminal.err(`timers: ${target} is removed: it had not come due, and never will`);
        if (canceled > 0) terminal.err(`timers: canceled ${runs} of ${target}`);
        else if (!removed) terminal.err(`timers: nothing of ${target} is on`);
        return 0;
      });
    };
  },
};
