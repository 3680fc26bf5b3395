import type { Sink } from '../../domain/sink.js';
import type { Ora } from 'ora';

/** Shows, while a stop waits for running commands, how many are left and how not to wait. Listens to the event stream, ahead of the log. */
export function watchStop(stream: NodeJS.WriteStream): Sink {
  let spinner: Ora | undefined;
  let running = 0;
  const text = () => `waiting for ${running} ${running === 1 ? 'run' : 'runs'} to end (Ctrl-C again kills)`;
  const begin = async () => {
    const { default: ora } = await import('ora');
    // discardStdin would put the terminal into raw mode, where Ctrl-C is no signal.
    if (running > 0) spinner = ora({ text: text(), stream, discardStdin: false }).start();
  };
  return {
    name: 'stop spinner',
    accept(event) {
      // Off the line, so that the log's next line begins at its start; the next frame draws it again below.
      spinner?.clear();
      if (event.event === 'scheduler.stopping') {
        running = event.running;
        if (running > 0) void begin();
      } else if (event.event === 'run.finished' && running > 0) {
        running--;
        if (spinner) spinner.text = text();
      } else if (event.event === 'scheduler.stopped') {
        running = 0;
        spinner?.stop();
      }
    },
  };
}
