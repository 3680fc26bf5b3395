import { resolve } from 'node:path';
import { withScreen, type ScreenOptions } from '../../options.js';
import type { Reading } from '../../../daemon/reloader.js';
import type { CommandKind } from '../../command.js';

/** What another file would change. */
export const diff: CommandKind = {
  name: 'diff',
  summary: 'show what a file would change if the running scheduler took it',
  examples: [{ line: 'timers diff new.yaml', does: 'added, removed and changed timers, and when they are next' }],
  configure(command) {
    withScreen(command, 'one object').argument('<new-file>', 'what would be taken');
    return async (terminal, args) => {
      const { withScheduler } = await import('../../connect.js');
      const options = command.opts<ScreenOptions>();
      return withScheduler(terminal, options, async ({ client, timezone }) => {
        const file = resolve(terminal.cwd, String(args[0]));
        const reading = (await client.request('reload', { dry_run: true, file })) as Reading;
        const { printReading } = await import('../../show-reading.js');
        printReading(reading, { terminal, timezone, isDry: true, asJson: options.json === true });
        return reading.valid ? 0 : 1;
      });
    };
  },
};
