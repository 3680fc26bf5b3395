import type { EventRecord } from '../control/index.js';
import { levelOf, messageOf, type TimerEvent } from '../domain/events/index.js';
import { toRecord } from '../domain/record.js';
import { toTimestamp } from '../domain/time.js';

/** Returns the record of an event, the same as in the JSON log. */
export const toLogRecord = (event: TimerEvent, host: string): EventRecord =>
  Object.assign({ level: levelOf(event), timestamp: toTimestamp(event.at), host }, toRecord(event), {
    msg: messageOf(event),
  });
