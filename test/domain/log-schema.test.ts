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
  'the log schema describes every field of %s',
  (_name, event) => expect(faultsOfRecord(recordOf(event))).toEqual([]),
);

test('the published schema matches each event with one definition, and allows new fields', () => {
  const validate = new Ajv2020({ allowUnionTypes: true, validateFormats: false }).compile(logSchema());
  for (const event of forms) expect(validate({ ...recordOf(event), added_later: 1 }), event.event).toBe(true);
});

test.each<[string, object]>([
  ['a wrong type', { pid: '4812' }],
  ['an unknown value', { trigger: 'webhook' }],
  ['a time without milliseconds', { scheduled_at: '2026-11-23T02:00:00Z' }],
  ['a missing field', { run_id: undefined }],
  ['a wrong level for the event', { level: 'error' }],
])('the log schema rejects %s', (_what, change) => {
  const record = { ...recordOf(EVENTS['run.started'].example), ...change };
  expect(faultsOfRecord(record as { event: string })).toHaveLength(1);
});
