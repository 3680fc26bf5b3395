import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stopwatchesIn } from '../support/stopwatches.js';

/** Places that block the event loop for at least as long as a timer takes. */
const ALLOWED = ['clocks/system.test.ts:12: clock.monotonic() < until'];

const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

test('no test depends on a stopwatch', () => {
  const found = files.flatMap((file) =>
    stopwatchesIn(readFileSync(join('test', file), 'utf8')).map((place) => `${file}:${place}`),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(found).toEqual(ALLOWED);
});

test.each([
  'test("a", () => {}, 30_000);',
  'test("a", { timeout: 30_000 }, () => {});',
  'test.skipIf(x)("a", () => {}, 9);',
  'it.each([1])("a", () => {}, 9);',
  'describe("a", { timeout: 9 }, () => {});',
  'beforeAll(() => {}, 60_000);',
  'await expect.poll(ask, { timeout: 20_000 }).toBe(4);',
  'await vi.waitFor(() => ask());',
  'await vi.waitUntil(ask, 9);',
  'await page.goto(url, { timeout: 9 });',
  'await page.locator("#a").waitFor({ timeout: 9 });',
  'execFileSync("a", [], { timeout: 9 });',
  'await fetch(url, { signal: AbortSignal.timeout(1_000) });',
  'import { setTimeout } from "node:timers/promises";'.replaceAll('"', "'"),
  'while (Date.now() < end) ask();',
  'const took = performance.now() - begun;',
  'new Desk(); expect(endTook).toBeLessThan(10_000);',
  'new Desk(); expect(Date.parse(stopped) - begun).toBeLessThanOrEqual(10_000);',
  'new Desk(); expect(run.lateness_ms).toBeLessThan(10_000);',
  'const clock = createSystemClock(); expect(clock.monotonic() - begun).toBe(0);',
])('finds a stopwatch: %s', (source) => {
  expect(stopwatchesIn(source)).toHaveLength(1);
});

test.each([
  'test.each([[1, 2]])("a", () => {});',
  'await expect.poll(ask).toBe(4);',
  'await vi.waitFor(ask, { timeout: POLL_LIMIT });',
  'const rig = new Rig([job("a", every, { timeout: 3_000 })]);',
  'new Rig([]); expect(time.now() - clock.now()).toBeLessThan(2);',
  'show(Date.now());',
  'new Desk(); expect(lines.length).toBeLessThan(100);',
])('accepts %s', (source) => {
  expect(stopwatchesIn(source)).toEqual([]);
});
