import { toEcsRecord } from '../domain/ecs.js';
import type { Sink } from '../domain/sink.js';
import { createRecordLog } from './json-log.js';
import type { SinkOptions } from './kind.js';
import type { RecordNames } from './record-names.js';

const ECS_NAMES: RecordNames = {
  timestamp: '@timestamp',
  level: 'log.level',
  host: 'host.hostname',
  message: 'message',
  data: 'timers.data',
  truncated: 'timers.truncated',
};

/** Creates the log with the names of the Elastic Common Schema: one JSON object per line, at most 16 KiB. */
export const createEcsLog = (options: SinkOptions): Sink =>
  createRecordLog({ name: 'ecs', names: ECS_NAMES, toFields: toEcsRecord }, options);
