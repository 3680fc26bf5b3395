import type { EventRecord } from '../control/index.js';
import type { TimerEvent } from '../domain/event.js';
import { toRecord } from '../domain/record.js';
import { toTimestamp } from '../domain/time.js';
import { levelOf, messageOf } from '../sinks/index.js';

/** Returns the record of an event, the same as in the JSON log. */
export const toLogRecord = (event: TimerEvent, host: string): EventRecord =>
  Object.assign({ level: levelOf(event), timestamp: toTimestamp(event.at), host }, toRecord(event), {
    msg: messageOf(event),
  });
