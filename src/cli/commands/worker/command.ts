import type { CommandKind } from '../../command.js';
import { withFile, withJson, withLog, withState, withZone, type FileOption, type LogOptions } from '../../options.js';
import type { WorkerCommandOptions } from './run-worker.js';

const repeated = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Runs timers of the file that the active scheduler assigns to workers. */
export const worker: CommandKind = {
  name: 'worker',
  group: 'run',
  summary: 'Run timers with run_on for a scheduler on any machine',
  details:
    "The file needs a state on Redis. A worker runs only timers that its own file and the scheduler's file define identically. " +
    'After SIGTERM, active runs may finish; a second one ends them. SIGHUP loads the file again.',
  since: '0.1.0',
  examples: [
    { line: 'timers worker', does: 'Accept runs of timers with run_on: any' },
    { line: 'timers worker --label gpu --concurrency 2', does: 'Also accept runs with run_on: gpu, up to two at once' },
    { line: 'timers worker --watch', does: 'Reload the file whenever it is saved' },
  ],
  hasFlushed: true,
  configure(command) {
    withJson(withZone(withState(withLog(withFile(command)))), 'the log as JSON')
      .option('--label <label>', 'Also accept runs with this run_on; repeatable', repeated, [])
      .option('--concurrency <n>', 'Maximum number of runs at once (default: the number of CPUs)')
      .option('--watch', 'Reload the file whenever it changes, as SIGHUP does')
      .option('--grace <duration>', 'How long active runs may take after SIGTERM (default: as long as they need)')
      .option('--lock <duration>', 'How long a worker that is cut off keeps its runs (default: 30s)');
    return async (terminal) => {
      const options = command.opts<WorkerCommandOptions & FileOption & LogOptions>();
      const { createSystemClock } = await import('../../../clocks/system.js');
      const clock = createSystemClock();
      const { loadOrTell } = await import('../../load.js');
      const timerFile = await loadOrTell(terminal, { ...options, now: clock.now() }, { warns: true });
      if (timerFile === undefined) return 1;
      const { nonBlocking } = await import('../../non-blocking-terminal.js');
      const said = nonBlocking(terminal, clock);
      const { runWorker } = await import('./run-worker.js');
      const exitCode = await runWorker(timerFile, said, { clock, options });
      await said.flush();
      return exitCode;
    };
  },
};
