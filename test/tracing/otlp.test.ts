import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { createProxies } from '../../src/proxies/index.js';
import { MOST_WAITING } from '../../src/tracing/collector-watch.js';
import { OtlpSpans } from '../../src/tracing/otlp.js';
import type { Span } from '../../src/tracing/span.js';
import { idsOfRun } from '../../src/tracing/trace-ids.js';
import { Collector } from '../support/collector.js';
import { FakeClock } from '../support/fake-clock.js';

let collector: Collector;
let told: string[];
beforeEach(async () => {
  collector = await Collector.open();
  told = [];
});
afterEach(() => collector.close());

const open = (
  clock = createSystemClock(),
  url = `${collector.endpoint}/v1/traces?key=secret`,
  proxyFor?: ReturnType<typeof createProxies>,
) =>
  new OtlpSpans({
    url,
    headers: {},
    origin: { version: '1', host: 'ada' },
    clock,
    ...(proxyFor && { proxyFor }),
    onTrouble: (sentence) => told.push(sentence),
  });

const span = (number: number): Span => ({
  of: 'run',
  name: `n${number}`,
  ids: idsOfRun(String(number)),
  start: 1_764_000_000_123,
  end: 1_764_000_001_124,
  attributes: {},
});

it('timestamps are exact to the millisecond', async () => {
  const spans = open();
  spans.add(span(1));
  await spans.close();
  const { start, end } = collector.span('n1');
  expect([start, end]).toEqual([1_764_000_000_123_000_000n, 1_764_000_001_124_000_000n]);
  expect(told).toEqual([]);
});

it('spans go through the proxy of the environment', async () => {
  const clock = createSystemClock();
  const environment = { HTTP_PROXY: collector.endpoint };
  const spans = open(clock, 'http://collector.invalid/v1/traces', createProxies({ clock, environment }));
  spans.add(span(1));
  await spans.close();
  expect(collector.requests.map(({ url }) => url)).toEqual(['http://collector.invalid/v1/traces']);
  expect(collector.spans).toHaveLength(1);
  expect(told).toEqual([]);
});

it('a variable that is not a valid proxy is reported without its value', async () => {
  const clock = createSystemClock();
  const environment = { HTTP_PROXY: 'socks5://ann:s3cret@proxy' };
  const spans = open(clock, 'http://collector.invalid/v1/traces', createProxies({ clock, environment }));
  spans.add(span(1));
  await spans.close();
  expect(told.join()).toContain('HTTP_PROXY or HTTPS_PROXY is not the address of an http or https proxy');
  expect(told.join()).not.toContain('s3cret');
});

it('spans for a collector that hangs are limited, counted and reported without secrets', async () => {
  collector.mood = 'hangs';
  const clock = new FakeClock();
  const spans = open(clock);
  for (let number = 0; number < MOST_WAITING + 1_000; number++) spans.add(span(number));
  await collector.asked();
  const closed = spans.close();
  await clock.advance(10_000);
  await closed;
  const where = new URL(collector.endpoint).host;
  expect(told).toEqual([
    `${where} accepts no spans (${MOST_WAITING} spans are waiting to be sent); the timers keep running`,
    `${where} did not receive the last ${MOST_WAITING + 1_000} spans`,
  ]);
});

it('many spans are sent in batches, each once', async () => {
  const spans = open();
  for (let number = 0; number < 2_000; number++) spans.add(span(number));
  await spans.close();
  expect(new Set(collector.spans.map(({ name }) => name)).size).toBe(2_000);
  expect(collector.spans).toHaveLength(2_000);
  expect(collector.requests.length).toBeLessThan(10);
});
