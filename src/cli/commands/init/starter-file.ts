import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { jsonText } from '../../../text/visible.js';
import type { Terminal } from '../../terminal.js';

const SCHEMA = 'timers.schema.json';

const STARTER = `# yaml-language-server: $schema=./${SCHEMA}
# Timers. Check this file with "timers validate", preview firings with "timers next", run it with "timers start".

# timezone: Europe/Berlin       # for cron and local times; default: the system's zone
# concurrency: 4                # at most this many runs at once, across all timers

defaults:                       # for every timer that does not set its own
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
    in: 5s                      # once, this long after the start
    run: [echo, "a list runs without a shell"]

  # new-year:
  #   at: "2030-01-01 00:00"    # once; a local time, or with an offset
  #   run: ./fireworks.sh
`;

interface StarterOptions {
  /** The text of the JSON Schema. */
  readonly schema: string;
  readonly asJson: boolean;
}

/** Writes the starter file and, next to it, the schema. Never overwrites a file. Returns the exit code. */
export function writeStarterFile(terminal: Terminal, file: string, { schema, asJson }: StarterOptions): number {
  const path = resolve(terminal.cwd, file);
  const schemaPath = join(dirname(path), SCHEMA);
  const fault = write(path, STARTER) ?? write(schemaPath, schema);
  if (fault?.code === 'EEXIST' && fault.path === path) {
    terminal.err(`timers: ${file} already exists and was not changed. Choose another file with --file.`);
    return 1;
  }
  if (fault !== undefined && fault.code !== 'EEXIST') {
    terminal.err(`timers: ${fault.path === path ? file : SCHEMA} cannot be written: ${fault.message}`);
    return 1;
  }
  if (asJson) terminal.out(jsonText({ file: path, schema: schemaPath }));
  else terminal.err(`Wrote ${file}, and ${SCHEMA} for editors. Try: timers validate, timers next, timers start`);
  return 0;
}

/** Writes a file that does not exist yet; returns the reason if that fails. */
function write(path: string, text: string): NodeJS.ErrnoException | undefined {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
