import { beforeEach, expect, it } from 'vitest';
import { CollectorWatch } from '../../src/tracing/collector-watch.js';

let told: string[];
let watch: CollectorWatch;
beforeEach(() => {
  told = [];
  watch = new CollectorWatch('https://ada:secret@otel.example/v1/traces?key=secret', (sentence) => told.push(sentence));
});

it('an unreachable collector is reported once, and so is its recovery', () => {
  for (let span = 0; span < 4; span++) watch.admits();
  watch.answered(1, Object.assign(new Error('Unauthorized'), { code: 401 }));
  watch.answered(2, new Error('Request timed out'));
  watch.noticed('the same in the words of the library');
  watch.answered(1, undefined);
  watch.close();
  expect(told).toEqual([
    'otel.example accepts no spans (HTTP 401 Unauthorized); the timers keep running',
    'otel.example accepts spans again; 3 spans lost',
  ]);
});

it('a single span is counted in the singular', () => {
  watch.admits();
  watch.answered(1, new Error('Request timed out'));
  watch.admits();
  watch.answered(1, undefined);
  watch.admits();
  watch.close();
  expect(told.slice(1)).toEqual([
    'otel.example accepts spans again; 1 span lost',
    'otel.example did not receive the last span',
  ]);
});

it.each([
  [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'nothing is listening there'],
  [new Error('connect ECONNREFUSED ::1:4318'), 'nothing is listening there'],
  [new Error('getaddrinfo EAI_AGAIN otel.example'), 'the name server does not respond'],
  [new Error('Request timed out'), 'it does not respond'],
  [new Error('Fetch request errored', { cause: new Error('read ECONNRESET') }), 'it closed the connection'],
  [new Error('Concurrent export limit reached'), 'earlier spans are still being sent'],
  [new Error('Export failed with retryable status'), 'HTTP 429, 502, 503 or 504, even after retries'],
])('%s', (error, reason) => {
  watch.answered(0, error);
  expect(told[0]).toContain(`(${reason})`);
});

it('messages of the library are passed on once each, up to a limit', () => {
  for (let number = 0; number < 100; number++) watch.noticed(`Dropped\n ${number}`);
  watch.noticed('Dropped 1');
  expect(told).toHaveLength(10);
  expect(told[0]).toBe('Dropped 0');
});

it('messages do not repeat a URL or header that the library rejects', () => {
  watch.noticed(
    "Configuration: Could not parse environment-provided export URL: 'htp:/otel.example/secret', falling back",
  );
  watch.noticed('Header "x-key" has invalid value (se)cret) and will be ignored');
  watch.noticed('something of https://ada:secret@otel.example/secret?key=secret was wrong');
  watch.answered(0, new Error('Invalid URL: https://otel.example/secret'));
  expect(told.join()).not.toContain('cret');
  expect(told).toEqual([
    'Configuration: Could not parse environment-provided export URL: …, falling back',
    'Header "x-key" has invalid value … and will be ignored',
    'something of otel.example was wrong',
    'otel.example accepts no spans (Invalid URL: otel.example); the timers keep running',
  ]);
});
