import { createSystemClock } from '../../../clocks/system.js';
import { jsonText } from '../../../text/visible.js';
import type { Args, ControlClient, EventRecord } from '../../../control/index.js';
import { UsageError } from '../../command.js';
import { renderRecord } from './render.js';
import type { Terminal } from '../../terminal.js';
import { readPastTime } from '../../read-time.js';

/** Where the log is once its scheduler has ended: it keeps its recent log in memory only. */
export const PAST_LOG: readonly string[] = [
  'timers: a scheduler keeps its recent log only while it runs. The rest is where the output of timers start went:',
  '  journalctl -u UNIT · docker logs CONTAINER · kubectl logs --previous POD · the file it was redirected to',
  'timers: the runs on record, with the last lines of those that failed: timers history, timers why NAME',
];

/** Which part of the log is asked for, as written. */
interface SpanArguments {
  readonly follow?: true;
  readonly since?: string;
  readonly until?: string;
}

/** Reads which part of the log is asked for, as the scheduler takes it. @throws UsageError with the forms a time takes. */
export function readLogSpan({ follow, since, until }: SpanArguments, timezone: string): Args {
  if (follow && until !== undefined)
    throw new UsageError('--until: the log is followed until Ctrl-C. Leave out --follow or --until');
  const here = { now: createSystemClock().now(), timezone };
  return {
    ...(since !== undefined && { since: readPastTime('--since', since, here) }),
    ...(until !== undefined && { until: readPastTime('--until', until, here) }),
  };
}

/** Prints the records of a scheduler's log, as lines for people or as they are. Returns the exit code. */
export async function showLogs(
  client: ControlClient,
  asked: Args,
  { terminal, timezone, asJson }: { terminal: Terminal; timezone: string; asJson: boolean },
): Promise<number> {
  const render = asJson ? (record: EventRecord) => [jsonText(record)] : renderRecord(terminal.color.out, timezone);
  let told = 0;
  await client.follow(asked, {
    event: (record) => {
      told++;
      terminal.outPainted(...render(record));
    },
    dropped: (count) => terminal.err(`timers: ${count} lines left out, because they were read too slowly`),
  });
  if (told === 0)
    terminal.err(
      'timers: nothing of it is remembered: the latest 2,000 events are kept. See timers history for what was before',
    );
  return 0;
}
