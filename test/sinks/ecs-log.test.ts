import { expect, test } from 'vitest';
import { ECS_FIELDS, elasticTypes } from '../../docs/generator/elastic.js';
import { EVENTS, type TimerEvent } from '../../src/domain/events/index.js';
import { toTimestamp } from '../../src/domain/time.js';
import { createEcsLog } from '../../src/sinks/ecs-log.js';
import { FakeClock } from '../support/fake-clock.js';
import { at, firing, SENTENCES } from '../support/events.js';
import { CapturedDestination } from './captured-destination.js';
import { block } from './written-output.js';

function recordsOf(...events: readonly TimerEvent[]): readonly Record<string, unknown>[] {
  const destination = new CapturedDestination();
  const local = { zone: 'UTC', format: toTimestamp };
  const sink = createEcsLog({
    destination,
    clock: new FakeClock(at),
    level: 'debug',
    host: 'box',
    color: false,
    local,
  });
  for (const event of events) sink.accept(event);
  const lines = destination.records.join('').split('\n').slice(0, -1);
  expect(lines.every((line) => Buffer.byteLength(line) < 16 * 1024)).toBe(true);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const forms: readonly TimerEvent[] = [
  ...Object.values(EVENTS).map(({ example }) => example),
  ...SENTENCES.map(([, event]) => event),
];

test('each field of a record is in the Elastic Common Schema or under timers', () => {
  const names = new Set(recordsOf(...forms).flatMap((record) => Object.keys(record)));
  expect([...names].filter((name) => !name.startsWith('timers.') && !(name in ECS_FIELDS))).toEqual([]);
  // Each has a type in the index template.
  expect([...names].filter((name) => !elasticTypes().has(name))).toEqual([]);
});

test('each value has the type of its field in the index template', () => {
  const fits = (type: string | undefined, value: unknown): boolean => {
    if (Array.isArray(value)) return value.every((item) => fits(type, item));
    if (type === 'long') return Number.isInteger(value);
    if (type === 'double') return typeof value === 'number';
    if (type === 'boolean') return typeof value === 'boolean';
    if (type === 'flattened') return typeof value === 'object';
    if (type === 'date') return toTimestamp(Date.parse(String(value))) === value;
    return typeof value === 'string' || typeof value === 'number';
  };
  for (const record of recordsOf(...forms))
    for (const [name, value] of Object.entries(record))
      expect(fits(elasticTypes().get(name), value), `${name}: ${JSON.stringify(value)}`).toBe(true);
});

test('a failed run uses the field names of the schema', () => {
  const [record] = recordsOf(EVENTS['run.finished'].example);
  expect(record).toEqual({
    'log.level': 'error',
    '@timestamp': '2026-11-23T02:00:00.004Z',
    'host.hostname': 'box',
    'ecs.version': '9.4.0',
    'service.name': 'timers',
    'event.dataset': 'timers.log',
    'event.action': 'run.finished',
    'timers.task_name': 'backup',
    'timers.firing_id': 'backup@2026-11-23T02:00:00.000Z',
    'timers.scheduled_at': '2026-11-23T02:00:00.000Z',
    'timers.trigger': 'schedule',
    'timers.run_id': 'mwto5kw4e3k1x',
    'timers.status': 'failure',
    'process.exit_code': 1,
    'event.outcome': 'failure',
    'timers.duration_ms': 9_120,
    'timers.attempts': 1,
    'timers.lateness_ms': 4,
    'timers.cpu_ms': 812.4,
    'timers.max_rss_bytes': 41_943_040,
    'error.message': 'exit code 1',
    'timers.output_tail': 'pg_dump: connection refused',
    message: 'backup failed: exit code 1 after 9.1 s',
  });
});

test('a line of output is the message, alone or within a block', () => {
  const records = recordsOf(block('only'), block('one "a"\ntwo $1'));
  expect(records.map(({ message }) => message)).toEqual(['only', 'one "a"', 'two $1']);
  for (const record of records)
    expect(record).toEqual({ ...records[0], message: record['message'], 'timers.stream': 'stdout' });
});

test('a record that is too long is truncated and marked', () => {
  const long = 'x'.repeat(20_000);
  const [line, data] = recordsOf(block(long), {
    ...block(`{"a":"${long}"}`),
    event: 'run.output',
    at,
    firing,
    data: { a: long },
  });
  expect(line).toMatchObject({ 'timers.truncated': true, message: expect.stringMatching(/^x{14000,}…$/) });
  expect(data).toMatchObject({ 'timers.truncated': true, message: expect.stringMatching(/^\{"a":"x{10000,}/) });
  expect(data).not.toHaveProperty(['timers.data']);
});
