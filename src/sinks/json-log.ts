import { pino } from 'pino';
import { levelOf, messageOf } from '../domain/events/index.js';
import { toRecord } from '../domain/record.js';
import type { Sink } from '../domain/sink.js';
import { toTimestamp, type Instant } from '../domain/time.js';
import { visibleJson } from '../text/visible.js';
import type { RecordKind } from './destination.js';
import type { SinkOptions } from './kind.js';
import { fitRecord } from './record-limit.js';

/**
 * Creates the log with one JSON object per line, written by pino. Fields: `level`, `timestamp` (of the event), `host`, the record's fields,
 * `msg`. A line has at most 16 KiB.
 */
export function createJsonLog({ destination, clock, level, host }: SinkOptions): Sink {
  let timestamp = '';
  let kind: RecordKind = 'event';
  const stamp = cachedTimestamp();
  const logger = pino(
    {
      level,
      base: { host },
      timestamp: () => `,"timestamp":"${timestamp}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => destination.write(fitRecord(visibleJson(line)), kind) },
  );
  const sink: Sink = {
    name: 'json',
    accept(event) {
      const loudness = levelOf(event);
      if (!logger.isLevelEnabled(loudness)) return;
      timestamp = stamp(event.at);
      kind = event.event === 'run.output' ? 'output' : 'event';
      logger[loudness](toRecord(event), messageOf(event));
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
