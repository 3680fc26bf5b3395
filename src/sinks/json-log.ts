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
import { JSON_NAMES, type RecordNames } from './record-names.js';

/**
 * Creates the log with one JSON object per line, written by pino. Fields: `level`, `timestamp` (of the event), `host`,
 * the record's fields, `msg`. A line has at most 16 KiB.
 */
export const createJsonLog = (options: SinkOptions): Sink =>
  createRecordLog({ name: 'json', names: JSON_NAMES, toFields: toRecord }, options);

/** A form of the log with one JSON object per line. */
export interface RecordForm {
  readonly name: string;
  readonly names: RecordNames;
  /** The fields between those that every record has and the message. */
  readonly toFields: (event: TimerEvent) => Readonly<Record<string, unknown>>;
}

/** Creates the log of a form. */
export function createRecordLog(form: RecordForm, { destination, clock, level, host }: SinkOptions): Sink {
  const { name, names, toFields } = form;
  let timestamp = '';
  let record = '';
  const stamp = cachedTimestamp();
  const logger = pino(
    {
      level,
      base: { [names.host]: host },
      messageKey: names.message,
      timestamp: () => `,"${names.timestamp}":"${timestamp}"`,
      formatters: { level: (label) => ({ [names.level]: label }) },
    },
    { write: (line: string) => (record = visibleJson(line)) },
  );
  const recordOf = (event: TimerEvent): string => {
    timestamp = stamp(event.at);
    logger[levelOf(event)](toFields(event), messageOf(event));
    return record;
  };
  const outputs = new OutputRecords(recordOf, names);
  const writeOutput = (event: RunOutput) =>
    destination.write(outputs.of(event, stamp(event.at)), 'output', lineCount(event.lines));
  const sink: Sink = {
    name,
    accept(event) {
      if (!logger.isLevelEnabled(levelOf(event))) return;
      if (event.event === 'run.output') writeOutput(event);
      else destination.write(fitRecord(recordOf(event), names), 'event');
    },
    drained: () => destination.drained(),
    flush: () => destination.flush(),
  };
  destination.onDropped((records) => sink.accept({ event: 'log.dropped', at: clock.now(), records }));
  return sink;
}

/** Returns a {@link toTimestamp} that caches the last instant, because many records of a busy log share one. */
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
