import { jsonText } from '../../../text/visible.js';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** The reply of a scheduler; an older one on another machine does not say which timers were not paused. */
interface Resumed {
  readonly names: readonly string[];
  readonly not_paused?: readonly string[];
}

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
        const { names, not_paused: idle = [] } = (await change('resume', asked)) as Resumed;
        if (options.json) terminal.out(...names.map((name) => jsonText({ task_name: name })));
        else terminal.err(...resumedInWords(names, idle, options.all));
        return 0;
      });
    };
  },
};

/** Says which timers were resumed. With `--all`, the others are not worth a word, unless nothing was paused. */
function resumedInWords(names: readonly string[], idle: readonly string[], isAll = false): readonly string[] {
  const isIdle = new Set(idle);
  const resumed = names.filter((name) => !isIdle.has(name));
  if (isAll && resumed.length === 0) return ['timers: no timer was paused'];
  return [
    ...(resumed.length === 0 ? [] : [`timers: resumed: ${resumed.join(', ')}`]),
    ...(isAll || idle.length === 0 ? [] : [`timers: not paused: ${idle.join(', ')}`]),
  ];
}
