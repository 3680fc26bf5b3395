import {
  withFile,
  withJson,
  withState,
  withZone,
  type FileOption,
  type JsonOption,
  type StateOption,
  type ZoneOption,
} from '../options.js';
import type { CommandKind } from './kind.js';

/** The timers of a file. */
export const list: CommandKind = {
  name: 'list',
  summary: 'show the timers, their schedules in words, next firings and last outcomes; also those of timers in and at',
  examples: [
    { line: 'timers list', does: 'a table' },
    { line: 'timers list --json', does: 'an object a line' },
  ],
  configure(command) {
    withJson(withZone(withState(withFile(command))), 'an object a line');
    return async (terminal) => {
      const options = command.opts<FileOption & StateOption & JsonOption & ZoneOption>();
      const { createSystemClock } = await import('../../clocks/system.js');
      const { loadOrTell } = await import('../load.js');
      const now = createSystemClock().now();
      const timerFile = await loadOrTell(terminal, options.file, now);
      if (timerFile === undefined) return 1;
      const { printJobs } = await import('../render/jobs.js');
      const { statePathOf } = await import('../state.js');
      const { readHistory, warnOfInvalid } = await import('../read-history.js');
      const path = statePathOf(timerFile, terminal, options.state);
      const reading = path === undefined ? undefined : await readHistory(path, (history) => history.jobs());
      // The timers are worth listing without it.
      if (reading?.kind === 'unavailable') terminal.err(`timers: the state ${path} cannot be read: ${reading.reason}`);
      if (path !== undefined) warnOfInvalid(terminal, path, reading);
      const remembered = reading?.kind === 'read' ? reading.answer : undefined;
      const { recordedAdHoc } = await import('../recorded-ad-hoc.js');
      const jobs = [...timerFile.jobs, ...recordedAdHoc(remembered?.values() ?? [], timerFile, now).jobs];
      const { inZone } = await import('../zone.js');
      printJobs(inZone(jobs, options), { terminal, now, asJson: options.json === true, remembered });
      return 0;
    };
  },
};
