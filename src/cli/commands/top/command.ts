import { withScreen, type ScreenOptions } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Shows a running scheduler live. */
export const top: CommandKind = {
  name: 'top',
  group: 'operate',
  summary: 'Watch the running scheduler live, and control it by key',
  since: '0.1.0',
  examples: [
    { line: 'timers top', does: 'Press ? for the keys and q to quit' },
    { line: 'NO_COLOR=1 timers top', does: 'Show everything without colors' },
  ],
  configure(command) {
    withScreen(command, 'the status once, as one JSON object');
    return async (terminal) => {
      const options = command.opts<ScreenOptions>();
      if (options.json) {
        const { showStatus } = await import('../../show-status.js');
        return showStatus(terminal, options);
      }
      const { Screen } = await import('./screen.js');
      if (!Screen.isAvailable()) {
        terminal.err('timers: top needs a terminal for its screen and its keys. Without one, use timers status');
        return 1;
      }
      const { withScheduler } = await import('../../reach-scheduler.js');
      return withScheduler(terminal, options, async (reached) => {
        const { runTop } = await import('./run.js');
        const { createSystemClock } = await import('../../../clocks/system.js');
        return runTop(reached, { terminal, clock: createSystemClock() });
      });
    };
  },
};
