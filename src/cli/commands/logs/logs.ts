import { createSystemClock } from '../../../clocks/system.js';
import { jsonText } from '../../../text/visible.js';
import type { Args, SchedulerClient, EventRecord } from '../../../control/index.js';
import { UsageError } from '../../command.js';
import { renderRecord } from './render.js';
import type { Terminal } from '../../terminal.js';
import { checkPastWindow, readPastWindow, type WrittenWindow } from '../../read-window.js';
import { leftOut } from '../../render/left-out.js';

/** Explains where to find the log after its scheduler has exited. A scheduler keeps its recent log only in memory. */
export const PAST_LOG: readonly string[] = [
  'timers: a scheduler keeps its recent log only while it runs. For older records, see where the output of timers start goes:',
  '  journalctl -u UNIT · docker logs CONTAINER · kubectl logs --previous POD · the file it was redirected to',
  'timers: for recorded runs, with the last lines of failed ones: timers history, timers why NAME',
];

/** The requested part of the log, as written. */
interface SpanArguments extends WrittenWindow {
  readonly follow?: true;
}

/** Checks the requested part of the log before the zone of its times is known. @throws UsageError */
export function checkLogSpan(span: SpanArguments, timezone: string): void {
  if (span.follow && span.until !== undefined)
    throw new UsageError('--until does not work with --follow, which runs until Ctrl-C. Remove --follow or --until');
  checkPastWindow(span, { now: createSystemClock().now(), timezone });
}

/**
 * Parses the requested part of the log into the form the scheduler expects. @throws UsageError with the forms that a
 * time accepts.
 */
export function readLogSpan(span: WrittenWindow, timezone: string): Args {
  const { since, until } = readPastWindow(span, { now: createSystemClock().now(), timezone });
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

/** Prints the records of a scheduler's log, formatted or raw. Returns the exit code. */
export async function showLogs(
  client: SchedulerClient,
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
    dropped: (count) => terminal.err(leftOut(count)),
    moved: (node) => terminal.err(`timers: this is the log of ${node}, which is active on the shared state`),
    trouble: (why) => terminal.err(`timers: ${why}`),
  });
  if (told === 0)
    terminal.err(
      'timers: nothing matches: only the latest 2,000 events are in memory. See timers history for earlier ones',
    );
  return 0;
}
