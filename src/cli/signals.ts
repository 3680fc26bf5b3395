import { closeSync, openSync } from 'node:fs';
import inspector from 'node:inspector';
import { constants } from 'node:os';
import { beganOnTerminal, exitProcess } from './exit-process.js';

/** What a signal requests from a scheduler. */
export type SignalRequest = 'stop' | 'reload';
export type Obey = (request: SignalRequest, signal: NodeJS.Signals) => void;

/**
 * What each signal requests: those that would end the process by default, and SIGWINCH, which is the stop signal in
 * images of web servers.
 */
const REQUESTS: Partial<Record<NodeJS.Signals, () => SignalRequest | undefined>> = {
  SIGTERM: () => 'stop',
  SIGINT: () => 'stop',
  SIGQUIT: () => 'stop',
  SIGPWR: () => 'stop',
  SIGABRT: () => 'stop',
  // The kernel sends SIGKILL next.
  SIGXCPU: () => 'stop',
  SIGHUP: () => (beganOnTerminal && !hasControllingTerminal() ? 'stop' : 'reload'),
  SIGUSR2: () => 'reload',
  // With a terminal, SIGWINCH means that the window size has changed.
  SIGWINCH: () => (hasControllingTerminal() ? undefined : 'stop'),
  SIGALRM: () => undefined,
  SIGVTALRM: () => undefined,
  SIGPROF: () => undefined,
  SIGIO: () => undefined,
  SIGTRAP: () => undefined,
  SIGSTKFLT: () => undefined,
};

/** Commands that run timers. Signals end the other commands as usual. */
const RUNNERS = ['start', 'worker', 'run'];

let obeyed: Obey | undefined;
let heldReload: NodeJS.Signals | undefined;

/**
 * Handles signals from here on, for the command in `argv`. Called before the program is loaded, which takes a while.
 * Until {@link obey} is called, a request to stop ends the process, and a request to reload is kept.
 */
export function holdSignals([, , command = '']: readonly string[]): void {
  process.on('SIGUSR1', closeInspector);
  closeInspector();
  if (!RUNNERS.includes(command)) return;
  for (const [name, requestOf] of Object.entries(REQUESTS)) {
    const signal = name as NodeJS.Signals;
    // Not every system has all these signals.
    if (!(signal in constants.signals)) continue;
    process.on(signal, () => {
      const request = requestOf();
      if (request !== undefined) (obeyed ?? waitFor(command))(request, signal);
    });
  }
}

/** From now on, passes on signals, including an earlier request to reload. */
export function obey(next: Obey): void {
  closeInspector();
  obeyed = next;
  if (heldReload !== undefined) next('reload', heldReload);
}

const waitFor =
  (command: string): Obey =>
  (request, signal) => {
    if (request === 'reload') heldReload = signal;
    else stopBeforeStart(command, signal);
  };

/**
 * Ends the process before it runs anything. For `start` and `worker`, that is a shutdown. `run` exits as if the signal
 * had ended its command.
 */
function stopBeforeStart(command: string, signal: NodeJS.Signals): never {
  process.stderr.write(`timers: stopped by ${signal} before any timer was started\n`);
  exitProcess(command !== 'run' ? 0 : 128 + constants.signals[signal]);
}

/**
 * A host that Node rejects, because it is longer than any host name. It starts like a loopback address, so Node does
 * not warn about a public one.
 */
const NO_HOST = `127.${'x'.repeat(256)}`;
/** With this option in bin/timers.js Node cannot open its inspector, and loading `node:inspector` takes time. */
const hasInspector = !process.execArgv.includes('--inspect-port=240.0.0.1:9229');
const asksForInspector = (option: string): boolean => /--inspect(-brk|-wait)?(?![\w-])/.test(option);

/**
 * Closes the inspector for good, unless Node was started with it. `node bin/timers.js` opens the inspector on a TCP
 * port if a SIGUSR1 arrives before {@link holdSignals}. It opens it again in the next turn of the event loop, because
 * Node does both asynchronously.
 */
export function closeInspector(): void {
  if (!hasInspector) return;
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  if (inspector.url() === undefined || options.some(asksForInspector)) return;
  inspector.close();
  // This fails, but Node remembers the host for the next time.
  inspector.open(undefined, NO_HOST);
}

/**
 * Returns whether this process still has a terminal that can signal it. After a hangup, it has none, although the
 * descriptors are open.
 */
function hasControllingTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
