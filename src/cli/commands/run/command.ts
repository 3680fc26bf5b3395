import { withFile, withJson, type FileOption, type JsonOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

/** Runs one timer now, in the foreground, with its environment, timeout and retries. */
export const run: CommandKind = {
  name: 'run',
  group: 'run',
  summary: 'Run one timer now, with its output and exit status',
  details:
    "Uses the timer's environment, timeout and retries. Needs no scheduler, and ignores a running one: " +
    'the run may overlap with others, and is not in the history. It triggers no hooks and no pings.',
  since: '0.1.0',
  examples: [
    { line: 'timers run backup', does: 'Run it in the foreground' },
    { line: 'timers run backup; echo $?', does: '124 after a timeout, 128+n after signal n, 127 if not found' },
  ],
  configure(command) {
    withJson(withFile(command), 'the log records as JSON').argument('<name>', 'Timer');
    return async (terminal, args) => {
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { loadToRun } = await import('../../load.js');
      const clock = createSystemClock();
      const options = command.opts<FileOption & JsonOption>();
      const found = await loadToRun(terminal, { ...options, name: String(args[0]), now: clock.now() });
      if (found === undefined) return 1;
      const { job, timerFile } = found;
      const { runOnce } = await import('./run-once.js');
      const { nonBlocking } = await import('../../non-blocking-terminal.js');
      const said = nonBlocking(terminal, clock);
      const exitCode = await runOnce(job, timerFile, { terminal: said, clock, asJson: options.json === true });
      await said.flush();
      return exitCode;
    };
  },
};
