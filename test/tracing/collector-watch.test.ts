import { beforeEach, expect, it } from 'vitest';
import { CollectorWatch } from '../../src/tracing/collector-watch.js';

let told: string[];
let watch: CollectorWatch;
beforeEach(() => {
  told = [];
  watch = new CollectorWatch('https://ada:secret@otel.example/v1/traces?key=secret', (sentence) => told.push(sentence));
});

it('tells once that spans do not arrive, and once that they do again', () => {
  for (let span = 0; span < 4; span++) watch.admits();
  watch.answered(1, Object.assign(new Error('Unauthorized'), { code: 401 }));
  watch.answered(2, new Error('Request timed out'));
  watch.noticed('the same in the words of the library');
  watch.answered(1, undefined);
  watch.close();
  expect(told).toEqual([
    'https://otel.example/v1/traces takes no spans (HTTP 401 Unauthorized); the timers go on',
    'https://otel.example/v1/traces takes spans again; 3 were lost',
  ]);
});

it.each([
  [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new Error('connect ECONNREFUSED ::1:4318'), 'connect ECONNREFUSED ::1:4318'],
  [new Error('Export failed with retryable status'), 'HTTP 429, 502, 503 or 504, again and again'],
])('%s', (error, reason) => {
  watch.answered(0, error);
  expect(told[0]).toContain(`(${reason})`);
});

it('hands on what the library says, each sentence once and not for ever', () => {
  for (let number = 0; number < 100; number++) watch.noticed(`Dropped\n ${number}`);
  watch.noticed('Dropped 1');
  expect(told).toHaveLength(10);
  expect(told[0]).toBe('Dropped 0');
});
