import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { RunFinished, TimerEvent } from '../domain/event.js';
import type { Job } from '../domain/job.js';
import { messageOf } from '../sinks/index.js';
import { exitCodeOf } from './exit-code.js';
import { compose, obeySignals } from './foreground.js';
import type { Terminal } from './terminal.js';

/** Runs one job once. Its output is the command's own; what there is to say of it is said on standard error. Answers the command's exit status. */
export async function runOnce(
  job: Job,
  timerFile: TimerFile,
  { terminal, clock }: { terminal: Terminal; clock: Clock },
): Promise<number> {
  const command: Job['command'] = { ...job.command, output: { to: 'inherit' } };
  const notify: Job['notify'] = { on: new Set(), stillFailingAfter: 1 };
  const inFront: Job = { ...job, command, hooks: {}, monitors: [], notify, enabled: false };
  const finished = new Promise<RunFinished>((resolve) => {
    const accept = (event: TimerEvent) => {
      if (event.event === 'run.finished') resolve(event);
      if (isWorthTelling(event)) terminal.err(`timers: ${messageOf(event)}`);
    };
    const scheduler = compose({ ...timerFile, jobs: [inFront] }, { terminal, clock, sinks: [{ name: 'run', accept }] });
    obeySignals(scheduler, { stopped: () => undefined, reload: () => undefined });
    scheduler.controls.trigger(job.name);
  });
  return exitCodeOf((await finished).outcome);
}

/** Success speaks for itself, and so does a command that failed at its first and only attempt by its own exit code. */
function isWorthTelling(event: TimerEvent): boolean {
  if (event.event === 'attempt.failed' || event.event === 'orphan.found') return true;
  return event.event === 'run.finished' && event.outcome.status !== 'success';
}
