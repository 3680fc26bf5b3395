import { resolve } from 'node:path';
import { jsonText } from '../../../text/visible.js';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Stops the scheduler. */
export const stop: CommandKind = {
  name: 'stop',
  group: 'operate',
  summary: 'Stop the running scheduler and wait until it exits',
  since: '0.1.0',
  examples: [
    { line: 'timers stop', does: 'Cancel active runs, as SIGTERM does' },
    { line: 'timers stop --drain', does: 'Start no more runs and wait for active ones' },
  ],
  configure(command) {
    withJson(withState(withFile(command)), 'one JSON object').option(
      '--drain',
      'Start no more runs and wait for active ones',
    );
    return async (terminal) => {
      const options = command.opts<FileOption & StateOption & JsonOption & { readonly drain?: true }>();
      const { withScheduler } = await import('../../reach-scheduler.js');
      return withScheduler(terminal, options, async ({ client, file, zone }) => {
        if (options.drain) {
          const { drainScheduler } = await import('./drain-scheduler.js');
          await drainScheduler(client, await zone(), (line) => terminal.err(`timers: ${line}`));
        } else await client.stop({});
        if (options.json) terminal.out(jsonText({ file: resolve(terminal.cwd, file), stopped: true }));
        else terminal.err(`timers: the scheduler of ${file} has stopped`);
        return 0;
      });
    };
  },
};
