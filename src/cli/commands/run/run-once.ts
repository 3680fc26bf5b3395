import type { TimerFile } from '../../../config/index.js';
import type { Command } from '../../../domain/command.js';
import type { Clock } from '../../../domain/clock.js';
import { messageOf, type RunFinished, type TimerEvent } from '../../../domain/events/index.js';
import type { Job } from '../../../domain/job.js';
import type { Outcome } from '../../../domain/outcome.js';
import { exitCodeOf } from '../../exit-code.js';
import { composeScheduler } from '../../../daemon/compose.js';
import { receiveRequests } from '../../../daemon/daemon.js';
import { openTerminalLog } from '../../log.js';
import { obey } from '../../signals.js';
import type { Terminal } from '../../terminal.js';

const AS_JSON = { logFormat: 'json', logLevel: 'info' } as const;

/**
 * Runs one job once. Passes on the output of the command, or with `asJson` prints one log record per line. Messages
 * about the run go to standard error. Returns the command's exit status.
 */
export async function runOnce(
  job: Job,
  timerFile: TimerFile,
  { terminal, clock, asJson }: { terminal: Terminal; clock: Clock; asJson: boolean },
): Promise<number> {
  const inTerminal = (command: Command): Command => ({ ...command, output: { to: asJson ? 'log' : 'inherit' } });
  const notify: Job['notify'] = { on: new Set(), stillFailingAfter: 1 };
  const fallback = job.fallback && { fallback: inTerminal(job.fallback) };
  const command = inTerminal(job.command);
  const inFront: Job = { ...job, command, ...fallback, hooks: {}, monitors: [], notify, enabled: false };
  const { timezone } = timerFile.settings;
  const log = asJson ? await openTerminalLog(AS_JSON, terminal, clock, { timezone }) : undefined;
  const finished = new Promise<RunFinished>((resolve) => {
    const accept = (raised: TimerEvent) => {
      const event = withoutScheduler(raised);
      log?.accept(event);
      if (event.event === 'run.finished') resolve(event);
      if (!asJson && isWorthTelling(event)) terminal.err(`timers: ${messageOf(event)}`);
    };
    const scheduler = composeScheduler(
      { ...timerFile, jobs: [inFront] },
      {
        clock,
        sinks: [{ name: 'run', accept, drained: () => log?.drained() }],
        environment: terminal.env,
        onSinkError: (sink, error) => terminal.err(`timers: the ${sink} log failed: ${String(error)}`),
      },
    );
    receiveRequests(scheduler, obey, { stopped: () => undefined, reload: () => undefined });
    scheduler.controls.trigger(job.name);
  });
  const { outcome } = await finished;
  await log?.flush();
  return exitCodeOf(outcome);
}

/** Rewords why a run was canceled: the user knows of no scheduler, and only a signal cancels this run. */
function withoutScheduler(event: TimerEvent): TimerEvent {
  if (event.event !== 'run.finished') return event;
  const { outcome, fallback } = event;
  return {
    ...event,
    outcome: reworded(outcome),
    ...(fallback && { fallback: { ...fallback, outcome: reworded(fallback.outcome) } }),
  };
}

const reworded = (outcome: Outcome): Outcome =>
  outcome.status === 'canceled' ? { ...outcome, error: 'it was interrupted' } : outcome;

/**
 * Returns whether an event needs a message: an attempt failed, a process survived its cancellation, or the run did not
 * succeed.
 */
function isWorthTelling(event: TimerEvent): boolean {
  if (event.event === 'attempt.failed' || event.event === 'orphan.found') return true;
  return event.event === 'run.finished' && event.outcome.status !== 'success';
}
