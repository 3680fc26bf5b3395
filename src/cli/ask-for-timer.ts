import { LONGEST_COMMAND } from '../control/index.js';
import type { Keeping } from '../domain/ad-hoc.js';
import { jsonText, visible } from '../text/visible.js';
import { formatLocal, localTime } from '../schedules/index.js';
import { createSystemClock } from '../clocks/system.js';
import { readLength } from './arguments.js';
import { UsageError, type ExitCode } from './command.js';
import type { AdHocOptions } from './options.js';
import { withScheduler } from './reach-scheduler.js';
import { fromNow } from './render/firings.js';
import type { Terminal } from './terminal.js';

/** The ad-hoc timer that the user asks for. */
interface Asked {
  readonly words: readonly string[];
  /** When it is due, in the form that the control verb expects. */
  readonly when: { readonly in_ms?: number | undefined; readonly at?: string; readonly timezone?: string | undefined };
}

interface Answer {
  readonly task_name: string;
  readonly scheduled_at: string;
  readonly timezone: string;
  readonly command: string;
  readonly keeping: Keeping;
  /** Schedulers of earlier versions omit it. */
  readonly cwd?: string;
}

/** Adds an ad-hoc timer to the running scheduler, and prints its name and when it is due. Returns the exit code. */
export async function askForTimer(
  terminal: Terminal,
  options: AdHocOptions,
  { words, when }: Asked,
): Promise<ExitCode> {
  const run = readCommand(words);
  const { description } = options;
  const timeout = readLength('--timeout', options.timeout);
  return withScheduler(terminal, options, async ({ change, client }) => {
    const asked = { ...when, run, cwd: terminal.cwd, timeout_ms: timeout, description };
    const answer = (await change('add', asked)) as Answer;
    if (client.standsBy && answer.cwd !== undefined)
      terminal.err(
        `timers: the command runs on the active machine, in ${visible(answer.cwd)}, the folder of its timer file`,
      );
    print({ ...answer, timezone: options.timezone ?? answer.timezone }, terminal, options.json === true);
    return 0;
  });
}

/**
 * Reads the command. A single word is a command line for the shell; several are a program and its arguments. @throws
 * UsageError if there are no words, or too many.
 */
function readCommand(words: readonly string[]): string | readonly string[] {
  const [first = '', ...rest] = words;
  if (first.trim() === '') throw new UsageError('the command is empty');
  const run = rest.length === 0 ? first : words;
  if (Buffer.byteLength(JSON.stringify(run)) <= LONGEST_COMMAND) return run;
  throw new UsageError('the command is longer than 32 KiB; put it in a script');
}

function print(answer: Answer, terminal: Terminal, asJson: boolean): void {
  const { task_name: name, scheduled_at: at, timezone, command, keeping } = answer;
  const due = Date.parse(at);
  if (asJson) {
    const local_time = formatLocal(due, timezone);
    terminal.out(jsonText({ task_name: name, scheduled_at: at, local_time, timezone, command, keeping }));
    return;
  }
  const when = `${localTime(due, timezone)} ${timezone}  ${fromNow(due, createSystemClock().now())}`;
  terminal.out(`${name}  ${when}: ${command}`);
}
