import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { jsonText } from '../../../text/visible.js';
import type { Terminal } from '../../terminal.js';

const STARTER = `# Timers. Check this file with "timers validate", see what is to come with "timers next", run it with "timers start".

# timezone: Europe/Berlin       # for cron and local times; default: the system's zone
# concurrency: 4                # most runs at once over all timers

defaults:                       # what every timer has unless it says otherwise
  timeout: 10m

timers:
  heartbeat:
    every: 10s                  # on a fixed grid: a restart neither shifts nor loses it
    run: echo "still here"

  nightly:
    cron: "0 5 * * *"           # minute hour day month weekday; quoted, because * means something in YAML
    run: echo "backing up" && sleep 1
    timeout: 30m                # then SIGTERM to everything the command started, and SIGKILL 10s later
    retry: { attempts: 3, delay: 5s }

  warm-up:
    in: 5s                      # once, that long after the start
    run: [echo, "a list is run without a shell"]

  # new-year:
  #   at: "2030-01-01 00:00"    # once; a local time, or with an offset
  #   run: ./fireworks.sh
`;

/** Writes the starter file, never over an existing one. Returns the exit code. */
export function writeStarterFile(terminal: Terminal, file: string, asJson: boolean): number {
  try {
    writeFileSync(resolve(terminal.cwd, file), STARTER, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EEXIST'
        ? `${file} is there already, and is left as it is. Name another with --file.`
        : `${file} cannot be written: ${message}`;
    terminal.err(`timers: ${reason}`);
    return 1;
  }
  if (asJson) terminal.out(jsonText({ file: resolve(terminal.cwd, file) }));
  else terminal.err(`Wrote ${file}. Try: timers validate, timers next, timers start`);
  return 0;
}
