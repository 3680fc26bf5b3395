import { jsonText } from '../../../text/visible.js';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';
import { counted } from '../../../text/counted.js';

/** The scheduler's reply to `cancel`. */
interface Canceled {
  readonly task_name: string;
  /** `null` for all runs of the timer. */
  readonly run_id: string | null;
  readonly canceled: number;
  readonly removed: boolean;
}

/** Cancels active runs. */
export const cancel: CommandKind = {
  name: 'cancel',
  group: 'operate',
  summary: 'Cancel active runs, or a pending ad-hoc timer',
  details: 'Ends each run the way a timeout does.',
  since: '0.1.0',
  examples: [
    { line: 'timers cancel backup', does: 'Cancel its active and waiting runs' },
    { line: 'timers cancel mg1c2x3kabcde', does: 'Cancel one run by its id' },
    { line: 'timers cancel at:4k2f9', does: 'Remove a pending ad-hoc timer' },
  ],
  configure(command) {
    withJson(withState(withFile(command)), 'one JSON object').argument(
      '<name-or-run>',
      'Timer, or the start of a run id',
    );
    return async (terminal, args) => {
      const { withScheduler } = await import('../../reach-scheduler.js');
      const options = command.opts<FileOption & StateOption & JsonOption>();
      return withScheduler(terminal, options, async ({ change }) => {
        const target = String(args[0]);
        const answer = (await change('cancel', { target })) as Canceled;
        const { task_name, run_id, canceled, removed } = answer;
        if (options.json) {
          terminal.out(jsonText({ task_name, run_id, canceled, removed }));
          return 0;
        }
        const runs = counted(canceled, 'run');
        if (removed) terminal.err(`timers: ${target} was removed before it came due`);
        if (canceled > 0) terminal.err(`timers: canceled ${runs} of ${target}`);
        else if (!removed) terminal.err(`timers: ${target} has no active run`);
        return 0;
      });
    };
  },
};
