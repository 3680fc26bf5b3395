import { withScreen, type ScreenOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** A running scheduler, live. */
export const top: CommandKind = {
  name: 'top',
  summary: 'watch the running scheduler live: what runs, what failed, what is next; trigger, pause and cancel by key',
  examples: [
    { line: 'timers top', does: 'until q; ? shows the keys' },
    { line: 'NO_COLOR=1 timers top', does: 'everything in it can be told apart without colour' },
  ],
  configure(command) {
    withScreen(command, 'how it stands, once,');
    return async (terminal) => {
      const options = command.opts<ScreenOptions>();
      if (options.json) {
        const { showStatus } = await import('../../show-status.js');
        return showStatus(terminal, options);
      }
      const { Screen } = await import('./screen.js');
      if (!Screen.isAvailable()) {
        terminal.err('timers: top needs a terminal to draw on and to read keys from. Anywhere else: timers status');
        return 1;
      }
      const { withScheduler } = await import('../../connect.js');
      return withScheduler(terminal, options, async (reached) => {
        const { runTop } = await import('./run.js');
        const { createSystemClock } = await import('../../../clocks/system.js');
        return runTop(reached, { terminal, clock: createSystemClock() });
      });
    };
  },
};
