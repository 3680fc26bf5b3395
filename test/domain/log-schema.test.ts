import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { EVENTS, type TimerEvent } from '../../src/domain/events/index.js';
import { logSchema } from '../../src/domain/log-schema.js';
import { toLogRecord } from '../../src/daemon/log-record.js';
import { SENTENCES } from '../support/events.js';
import { faultsOfRecord } from '../support/log-schema.js';

const forms: readonly TimerEvent[] = [
  ...Object.values(EVENTS).map(({ example }) => example),
  ...SENTENCES.map(([, event]) => event),
];
const recordOf = (event: TimerEvent) =>
  JSON.parse(JSON.stringify(toLogRecord(event, 'server1'))) as { event: string; [field: string]: unknown };

test.each(forms.map((event, index) => [`${event.event} (${index})`, event] as const))(
  'the schema of the log describes every field of %s',
  (_name, event) => expect(faultsOfRecord(recordOf(event))).toEqual([]),
);

test('the published schema accepts every event as exactly one of its definitions, and a later version may add a field', () => {
  const validate = new Ajv2020({ allowUnionTypes: true, validateFormats: false }).compile(logSchema());
  for (const event of forms) expect(validate({ ...recordOf(event), added_later: 1 }), event.event).toBe(true);
});

test.each<[string, object]>([
  ['a wrong type', { pid: '4812' }],
  ['a word that is not listed', { trigger: 'webhook' }],
  ['a time without milliseconds', { scheduled_at: '2026-11-23T02:00:00Z' }],
  ['a missing field', { run_id: undefined }],
  ['a level that the event never has', { level: 'error' }],
])('the schema refuses %s', (_what, change) => {
  const record = { ...recordOf(EVENTS['run.started'].example), ...change };
  expect(faultsOfRecord(record as { event: string })).toHaveLength(1);
});
