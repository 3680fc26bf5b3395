import { pino } from 'pino';
import { levelOf, messageOf, type RunOutput, type TimerEvent } from '../domain/events/index.js';
import { lineCount } from '../domain/output-lines.js';
import { toRecord } from '../domain/record.js';
import type { Sink } from '../domain/sink.js';
import { toTimestamp, type Instant } from '../domain/time.js';
import { visibleJson } from '../text/visible.js';
import type { SinkOptions } from './kind.js';
import { OutputRecords } from './output-records.js';
import { fitRecord } from './record-limit.js';

/**
 * Creates the log with one JSON object per line, written by pino. Fields: `level`, `timestamp` (of the event), `host`, the record's fields,
 * `msg`. A line has at most 16 KiB.
 */
export function createJsonLog({ destination, clock, level, host }: SinkOptions): Sink {
  let timestamp = '';
  let record = '';
  const stamp = cachedTimestamp();
  const logger = pino(
    {
      level,
      base: { host },
      timestamp: () => `,"timestamp":"${timestamp}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => (record = visibleJson(line)) },
  );
  const recordOf = (event: TimerEvent): string => {
    timestamp = stamp(event.at);
    logger[levelOf(event)](toRecord(event), messageOf(event));
    return record;
  };
  const outputs = new OutputRecords(recordOf);
  const writeOutput = (event: RunOutput) =>
    destination.write(outputs.of(event, stamp(event.at)), 'output', lineCount(event.lines));
  const sink: Sink = {
    name: 'json',
    accept(event) {
      if (!logger.isLevelEnabled(levelOf(event))) return;
      if (event.event === 'run.output') writeOutput(event);
      else destination.write(fitRecord(recordOf(event)), 'event');
    },
    drained: () => destination.drained(),
    flush: () => destination.flush(),
  };
  destination.onDropped((records) => sink.accept({ event: 'log.dropped', at: clock.now(), records }));
  return sink;
}

/** {@link toTimestamp} that caches the last instant: in a busy log many records share one. */
function cachedTimestamp(): (instant: Instant) => string {
  let last: Instant = Number.NaN;
  let text = '';
  return (instant) => {
    if (instant !== last) {
      last = instant;
      text = toTimestamp(instant);
    }
    return text;
  };
}
