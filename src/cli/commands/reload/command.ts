import { withScreen, type ScreenOptions } from '../../options.js';
import type { Reading } from '../../../daemon/reloader.js';
import type { CommandKind } from '../../command.js';

/** The timer file, read anew by the running scheduler. */
export const reload: CommandKind = {
  name: 'reload',
  summary: 'let the running scheduler read its file anew: taken whole, or refused whole',
  examples: [
    { line: 'timers reload', does: 'unchanged timers keep everything; what runs ends under its old definition' },
    { line: 'timers reload --dry-run', does: 'show what would change, and change nothing' },
  ],
  configure(command) {
    withScreen(command, 'one object').option('--dry-run', 'show what would change, and change nothing');
    return async (terminal) => {
      const options = command.opts<ScreenOptions & { readonly dryRun?: true }>();
      const { withScheduler } = await import('../../connect.js');
      return withScheduler(terminal, options, async ({ change, timezone }) => {
        const isDry = options.dryRun === true;
        const reading = (await change('reload', { dry_run: isDry })) as Reading;
        const { printReading } = await import('../../show-reading.js');
        printReading(reading, { terminal, timezone, isDry, asJson: options.json === true });
        return reading.valid ? 0 : 1;
      });
    };
  },
};
