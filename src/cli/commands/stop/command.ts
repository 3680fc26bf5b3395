import { resolve } from 'node:path';
import { jsonText } from '../../../text/visible.js';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** The end of the scheduler. */
export const stop: CommandKind = {
  name: 'stop',
  summary: 'stop the running scheduler, and wait until it has',
  examples: [
    { line: 'timers stop', does: 'ends what runs, as SIGTERM does' },
    { line: 'timers stop --drain', does: 'starts nothing more, and lets what runs end by itself' },
  ],
  configure(command) {
    withJson(withState(withFile(command)), 'one object').option('--drain', 'let what runs end by itself');
    return async (terminal) => {
      const options = command.opts<FileOption & StateOption & JsonOption & { readonly drain?: true }>();
      const { withScheduler } = await import('../../connect.js');
      return withScheduler(terminal, options, async ({ client, file, timezone }) => {
        if (options.drain) {
          const { drainScheduler } = await import('./stop.js');
          await drainScheduler(client, timezone, (line) => terminal.err(`timers: ${line}`));
        } else await client.stop({});
        if (options.json) terminal.out(jsonText({ file: resolve(terminal.cwd, file), stopped: true }));
        else terminal.err(`timers: the scheduler of ${file} has stopped`);
        return 0;
      });
    };
  },
};
