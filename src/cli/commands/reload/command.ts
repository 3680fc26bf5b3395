import { withScreen, type ScreenOptions } from '../../options.js';
import type { Reading } from '../../../daemon/reloader.js';
import type { CommandKind } from '../../command.js';

/** Loads the changed timer file into the running scheduler. */
export const reload: CommandKind = {
  name: 'reload',
  group: 'operate',
  summary: 'Load the changed timer file into the running scheduler',
  details:
    'A valid file is loaded completely; an invalid one changes nothing. Active runs finish with their old definition.',
  since: '0.1.0',
  examples: [
    { line: 'timers reload', does: 'Load the file; unchanged timers keep their state' },
    { line: 'timers reload --dry-run', does: 'Show what would change, without changing anything' },
  ],
  configure(command) {
    withScreen(command, 'one JSON object').option('--dry-run', 'Show what would change, without changing anything');
    return async (terminal) => {
      const options = command.opts<ScreenOptions & { readonly dryRun?: true }>();
      const { withScheduler } = await import('../../reach-scheduler.js');
      return withScheduler(terminal, options, async ({ change, zone }) => {
        const isDry = options.dryRun === true;
        const reading = (await change('reload', { dry_run: isDry })) as Reading;
        const { printReading } = await import('../../show-reading.js');
        printReading(reading, { terminal, timezone: await zone(), isDry, asJson: options.json === true });
        return reading.valid ? 0 : 1;
      });
    };
  },
};
