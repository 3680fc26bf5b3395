import { resolve } from 'node:path';
import { withScreen, type ScreenOptions } from '../../options.js';
import type { Reading } from '../../../daemon/reloader.js';
import type { CommandKind } from '../../command.js';

/** Shows what another file would change. */
export const diff: CommandKind = {
  name: 'diff',
  group: 'file',
  summary: 'Show what loading a file would change in the running scheduler',
  since: '0.1.0',
  examples: [{ line: 'timers diff new.yaml', does: 'Show added, removed and changed timers, and their next firings' }],
  configure(command) {
    withScreen(command, 'one JSON object').argument('<new-file>', 'Timer file to compare');
    return async (terminal, args) => {
      const { withScheduler } = await import('../../reach-scheduler.js');
      const options = command.opts<ScreenOptions>();
      return withScheduler(terminal, options, async ({ client, zone }) => {
        const file = resolve(terminal.cwd, String(args[0]));
        const reading = (await client.request('reload', { dry_run: true, file })) as Reading;
        const { printReading } = await import('../../show-reading.js');
        printReading(reading, { terminal, timezone: await zone(), isDry: true, asJson: options.json === true });
        return reading.valid ? 0 : 1;
      });
    };
  },
};
