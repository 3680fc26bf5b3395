import type { Ora } from 'ora';
import type { Clock } from '../../../domain/clock.js';
import type { Sink } from '../../../domain/sink.js';
import type { Cancel, Duration } from '../../../domain/time.js';
import { counted } from '../../../text/counted.js';

/**
 * How long to wait after an event, in ms. The log writes an event shortly after it is emitted, and the spinner must not
 * be on that line.
 */
const QUIET: Duration = 150;

const load = () => import('ora');

/** While a stop waits for running commands and the log is quiet, shows how many are left and how to stop waiting. */
export function watchStop(stream: NodeJS.WriteStream, clock: Clock): Sink {
  let spinner: Ora | undefined;
  let running = 0;
  const text = () => `waiting for ${counted(running, 'run')} to end (press Ctrl-C again to kill)`;
  let disarm: Cancel = () => undefined;
  const show = async () => {
    const { default: ora } = await load();
    // discardStdin would put the terminal into raw mode, where Ctrl-C does not send a signal. A pending write shows the
    // hidden cursor again at exit.
    spinner ??= ora({ stream, discardStdin: false, hideCursor: false });
    spinner.text = text();
    if (running > 0) spinner.start();
  };
  return {
    name: 'stop spinner',
    accept(event) {
      spinner?.stop();
      disarm();
      // When the scheduler stops, this file may no longer exist: an update of the package replaces it.
      if (event.event === 'scheduler.started') void load();
      else if (event.event === 'scheduler.stopping') running = event.running;
      else if (event.event === 'run.finished' && running > 0) running--;
      else if (event.event === 'scheduler.stopped') running = 0;
      if (running > 0) disarm = clock.after(QUIET, () => void show());
    },
  };
}
