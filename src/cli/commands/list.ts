import { withFile, withJson, type FileOption, type JsonOption } from '../options.js';
import type { CommandKind } from './kind.js';

/** The timers of a file. */
export const list: CommandKind = {
  name: 'list',
  summary: 'show the timers, their schedules in words and their next firings',
  examples: [
    { line: 'timers list', does: 'a table' },
    { line: 'timers list --json', does: 'an object a line' },
  ],
  configure(command) {
    withJson(withFile(command), 'an object a line');
    return async (terminal) => {
      const options = command.opts<FileOption & JsonOption>();
      const { createSystemClock } = await import('../../clocks/system.js');
      const { loadOrTell } = await import('../load.js');
      const now = createSystemClock().now();
      const timerFile = await loadOrTell(terminal, options.file, now);
      if (timerFile === undefined) return 1;
      const { printJobs } = await import('../render/jobs.js');
      printJobs(timerFile.jobs, { terminal, now, asJson: options.json === true });
      return 0;
    };
  },
};
