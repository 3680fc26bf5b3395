import type { RunOutput } from '../../src/domain/events/index.js';
import { toTimestamp } from '../../src/domain/time.js';
import type { createJsonLog } from '../../src/sinks/json-log.js';
import { FakeClock } from '../support/fake-clock.js';
import { at, firing } from '../support/events.js';
import { CapturedDestination } from './captured-destination.js';

/** A block of output without lines. */
export const output: RunOutput = {
  event: 'run.output',
  at,
  firing,
  runId: 'r1',
  stream: 'stdout',
  lines: '',
  truncated: false,
};
export const block = (lines: string): RunOutput => ({ ...output, lines });

/** What a log writes for these events. */
export function written(open: typeof createJsonLog, events: readonly RunOutput[]): string {
  const destination = new CapturedDestination();
  const local = { zone: 'UTC', format: toTimestamp };
  const sink = open({ destination, clock: new FakeClock(at), level: 'info', host: 'b$1$$', color: true, local });
  for (const event of events) sink.accept(event);
  return destination.records.join('');
}
