import { composeScheduler, type Composition } from '../compose.js';
import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import { MINUTE, type Cancel } from '../domain/time.js';
import type { Scheduler } from '../engine/scheduler.js';
import { chance } from '../this-machine.js';
import { openLog } from './log.js';
import type { LogOptions } from './options.js';
import { watchStop } from './render/stop-spinner.js';
import { openStateOf } from './state.js';
import type { Terminal } from './terminal.js';
import { readVersion } from './version.js';

export interface Foreground {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly log: LogOptions;
  readonly keepAlive: boolean;
  /** The state's file as the command line names it. */
  readonly state: string | undefined;
}

/** Runs a scheduler in this process until a signal or the last firing ends it. Answers the exit code. */
export async function runInForeground(
  timerFile: TimerFile,
  { terminal, clock, log, keepAlive, state: named }: Foreground,
): Promise<number> {
  const state = openStateOf(timerFile, { terminal, clock, named });
  if (state.kind === 'refused') {
    terminal.err(`timers: ${state.message}`);
    return 1;
  }
  const spinner = terminal.isWatched.err ? watchStop(process.stderr) : undefined;
  const scheduler = compose(timerFile, {
    terminal,
    clock,
    sinks: [...(spinner ? [spinner] : []), openLog(log, terminal, clock)],
    ...(state.ledger && { ledger: state.ledger }),
  });
  const ended = new Promise<void>((resolve) => {
    obeySignals(scheduler, terminal, resolve);
    if (!keepAlive)
      void scheduler
        .idle()
        .then(() => scheduler.stop())
        .then(resolve);
  });
  const release = keepAlive ? stayAwake(clock) : undefined;
  scheduler.start();
  for (const trouble of state.troubles) scheduler.tellTrouble(trouble);
  await ended;
  release?.();
  return 0;
}

/** Composes a scheduler that lives in this process. */
export function compose(
  timerFile: TimerFile,
  {
    terminal,
    clock,
    sinks,
    ledger,
  }: { terminal: Terminal; clock: Clock; sinks: readonly Sink[]; ledger?: Composition['ledger'] },
): Scheduler {
  return composeScheduler(timerFile, {
    clock,
    sinks,
    ...(ledger && { ledger }),
    environment: terminal.env,
    facts: { version: readVersion(), pid: process.pid },
    random: chance,
    onSinkError: (sink, error) =>
      terminal.err(`timers: the ${sink} log failed, and goes on as it can: ${String(error)}`),
  });
}

/** SIGTERM and SIGINT stop in order, a second one at once. SIGHUP stops when a terminal went away, and is let pass otherwise. */
export function obeySignals(scheduler: Scheduler, terminal: Terminal, stopped: () => void): void {
  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) {
      scheduler.forceStop();
      return;
    }
    isStopping = true;
    void scheduler.stop(signal).then(stopped);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  process.on('SIGHUP', () => {
    if (process.stdin.isTTY) stop('SIGHUP');
    else terminal.err('timers: SIGHUP: reloading is not there yet; restart to read the file anew');
  });
}

/** Keeps the process alive though nothing is armed. */
function stayAwake(clock: Clock): Cancel {
  let cancel: Cancel;
  const again = () => {
    cancel = clock.after(MINUTE, again);
  };
  again();
  return () => cancel();
}
