import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import type { LiveTimer } from '../../src/domain/api-record.js';
import { hasChromium, openChromium, openTab, skippedWithoutChromium } from '../support/chromium.js';
import { Stage } from './stage.js';
import { lastAt, timerAt } from './timer.js';

const WIDTHS = [320, 390, 640, 641, 700, 800, 900, 992, 1000, 1024, 1100, 1150, 1200, 1280, 1281, 1600];
/** If the last outcome is below the rest, a row with every kind of trouble is higher. */
const TALLEST = { narrow: 160, wide: 120 };

let browser: Browser;
let stage: Stage;

beforeAll(async () => {
  if (!hasChromium) return;
  browser = await openChromium();
  stage = await Stage.open({ timers: longWinded() });
});
afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  await stage.close();
});

/** Every text at its maximum length, with and without spaces. */
function longWinded(): LiveTimer[] {
  const now = Date.now();
  const soon = new Date(now + 3 * 86_400_000).toISOString();
  const words = 'the nightly copy of the database to the other site '.repeat(40);
  const path = `/srv/${'directory-without-end/'.repeat(30)}`;
  const trouble = {
    failures_in_a_row: 1_234,
    breaker: { state: 'open', until: soon },
    paused: { until: soon, reason: words.slice(0, 200) },
    next_at: soon,
    recent: Array.from({ length: 12 }, () => 'failure' as const),
  } as const;
  return [
    timerAt(now, {
      ...trouble,
      task_name: 'a-name-of-many-words-'.repeat(6),
      description: words,
      last: lastAt(now, { cause: words }),
    }),
    timerAt(now, {
      ...trouble,
      task_name: 'x'.repeat(120),
      description: path,
      last: lastAt(now, { cause: path, duration_ms: 987_654_321, lateness_ms: 987_654_321 }),
    }),
    timerAt(now, { task_name: 'short' }),
  ];
}

/** Checked in the page: what is too wide, too high, or outside its place. */
const MEASURE = `(() => {
  const width = document.documentElement.clientWidth;
  const card = document.querySelector('table').parentElement.getBoundingClientRect();
  const boxes = (selector) => [...document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect());
  const outside = ({ left, right }) => left < card.left || right > card.right;
  const narrow = [...document.querySelectorAll('tbody th, tbody td.last > span')]
    .filter((element) => element.textContent !== '' && element.getClientRects().length > 0)
    .map((element) => element.getBoundingClientRect().width)
    .filter((width) => width < 120);
  return {
    beyond: Math.max(0, document.documentElement.scrollWidth - width),
    tall: boxes('#timers tr').map(({ height }) => Math.round(height)).filter((height) => height > (width <= 992 ? ${TALLEST.narrow} : ${TALLEST.wide})),
    outside: boxes('#timers button, #timers td, #timers th').filter(({ width }) => width > 0).filter(outside).length,
    narrow,
  };
})()`;

describe.skipIf(!hasChromium)(`the page${skippedWithoutChromium}`, () => {
  test('never scrolls horizontally, and its rows stay compact and readable', async () => {
    const page = await openTab(browser);
    await page.goto(stage.address);
    await page.locator('#timers tr').nth(2).waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      expect([width, await page.evaluate(MEASURE)]).toEqual([width, { beyond: 0, tall: [], outside: 0, narrow: [] }]);
    }
  });
});
