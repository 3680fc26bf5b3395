import { outputLineOf, type EventRecord } from '../../../control/index.js';
import { Rows, type Row } from '../../../sinks/rows.js';
import { localClock } from '../../zone.js';

/** Formats records of the log as rows, like the pretty log of `start`. */
export function renderRecord(color: boolean, timezone: string): (record: EventRecord) => readonly string[] {
  const rows = new Rows(color, localClock(timezone));
  return (record) => rows.of(rowOf(record));
}

function rowOf(record: EventRecord): Row {
  const { event, level, timestamp, msg } = record;
  const { task_name: jobName, stream, status, truncated } = record as Partial<Record<string, unknown>>;
  return {
    at: Date.parse(timestamp),
    event,
    level,
    jobName: typeof jobName === 'string' ? jobName : undefined,
    sentence: (format) => msg.replace(UTC, (instant) => format(Date.parse(instant))),
    ...(event === 'run.output' && {
      output: { stream: String(stream), lines: outputLineOf(record), isCut: truncated === true },
    }),
    ...(event === 'run.finished' && { status: String(status) }),
  };
}

/** Matches an instant in the form of log records, except in the id of a firing. */
const UTC = /(?<!@)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
