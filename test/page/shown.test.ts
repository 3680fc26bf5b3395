import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, openChromium, openTab, skippedWithoutChromium } from '../support/chromium.js';
import { Stage, type Scene } from './stage.js';
import { formatLocal } from '../../src/schedules/index.js';
import { outcomeAt, runAt, timerAt } from './timer.js';

/** The zones in which tests of times run. */
const ZONES = ['UTC', 'Europe/Berlin'];

let browser: Browser;
let stage: Stage;

beforeAll(async () => {
  if (hasChromium) browser = await openChromium();
});
afterEach(async () => {
  if (!hasChromium) return;
  await Promise.all(browser.contexts().map((context) => context.close()));
  await stage.close();
});
afterAll(() => (hasChromium ? browser.close() : undefined));

/** Shows a scene at this moment, in a time zone. Its clock stalls, so that no text changes on a busy machine. */
async function show(scene: Scene, timezoneId = 'UTC'): Promise<Page> {
  const now = Date.now();
  stage = await Stage.open(scene);
  const page = await openTab(browser, { viewport: { width: 1280, height: 900 }, timezoneId });
  await page.clock.setFixedTime(now);
  await page.goto(stage.address);
  await page.locator('#timers tr').first().waitFor();
  return page;
}

describe.skipIf(!hasChromium)(`the page${skippedWithoutChromium}`, () => {
  test.each(ZONES)('reports a missing scheduler across its width, without counts or actions: %s', async (zone) => {
    const page = await show({ timers: [timerAt(Date.now())] }, zone);
    expect(await page.locator('#away').isVisible()).toBe(false);
    expect(await page.locator('td.next').textContent()).toMatch(/^in 9 min|^in 10 min/);
    stage.leave();
    await page.locator('#away').waitFor();
    expect(await page.locator('#away').textContent()).toMatch(
      /since \d\d:\d\d:\d\d\. The data below is from that time/,
    );
    expect(await page.locator('td.next').textContent()).toMatch(/^\S+as last known$|^\w+ \S+as last known$/);
    expect(await page.getByRole('button', { name: /Unlock|Trigger|Pause/ }).count()).toBe(0);
  });

  test('on a standby, says whose timers it shows', async () => {
    const others = [{ name: 'one', version: '1', since: new Date().toISOString(), has_same_timers: true }];
    const machines = { state: 'redis://db', node: 'two', role: 'standby', active: 'one' } as const;
    const shared = { ...machines, lease_ms_left: 4_200, fence: 42, took_over: null, others };
    const page = await show({ timers: [timerAt(Date.now())], shared });
    await page
      .getByText(
        'this is two, which shows the timers of one · one is active, its lease lasts 4.2 s · two stands by · fence 42 · redis://db',
      )
      .waitFor();
    expect(await page.locator('#connection').textContent()).toBe('standing by');
  });

  test('shows how many timers the timeline includes', async () => {
    const timers = Array.from({ length: 15 }, (_, index) => timerAt(Date.now(), { task_name: `timer-${index}` }));
    const page = await show({ timers });
    await page.getByText('10 of 15 timers: active and recently failed ones first').waitFor();
  });

  test.each(ZONES)('draws upcoming firings at their actual starts and shows the nominal time: %s', async (zone) => {
    const now = Date.now();
    const firing = (due: number, start: number) => ({
      task_name: 'backup',
      scheduled_at: new Date(now + due).toISOString(),
      starts_at: new Date(now + start).toISOString(),
    });
    const coming = [firing(300_000, 420_000), firing(600_000, 600_000)];
    const lane = { task_name: 'backup', past: [], is_past_cut: false, coming, is_coming_cut: false };
    const page = await show({ timers: [timerAt(now)], lanes: [lane] }, zone);
    const button = page.getByRole('button', { name: /^backup: no outcome; 2 upcoming firings/ });
    await button.waitFor();
    await page.locator('#ranges label').first().click();
    await expect.poll(() => button.locator('circle.coming').count()).toBe(2);
    await button.focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.readout').textContent()).toMatch(/^backup, .*: in \d+ min.*, due .*\d\d:\d\d/);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.readout').textContent()).not.toContain('due');
  });

  test('asks for confirmation before a pause, and explains the use of the token beforehand', async () => {
    const page = await show({ timers: [timerAt(Date.now())] });
    const dialog = page.getByRole('dialog');
    const ask = () => page.getByRole('button', { name: 'Pause backup' }).click();
    await ask();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await ask();
    await dialog.getByLabel('How long').selectOption('for 1 h');
    await dialog.getByLabel('Reason').fill('disk swap');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByText('Enter the new one to pause backup').waitFor();
    expect(await dialog.textContent()).toContain('the file that http.token_file names in the timer file');
    expect(stage.acted).toEqual([]);
    await dialog.getByLabel('Token').fill('of-the-test');
    await dialog.getByRole('button', { name: 'Unlock and pause backup' }).click();
    await page.getByText('backup is paused.').waitFor();
    expect(stage.acted.at(-1)).toEqual({
      verb: 'pause',
      args: { names: ['backup'], for_ms: 3_600_000, reason: 'disk swap' },
    });
    expect(stage.acted.map(({ verb }) => verb)).toEqual(['token', 'pause']);
  });

  test('shows the failure that opened a breaker, and the last attempt of a run', async () => {
    const now = Date.now();
    const failure = outcomeAt(now - 3_600_000, { attempts: 2, cause: 'exit code 3' });
    const skips = Array.from({ length: 199 }, (_, index) =>
      outcomeAt(now - 300_000 + index * 1_000, { status: 'skipped', cause: 'breaker' }),
    );
    const attempt = { attempt: 1, timestamp: failure.timestamp, error: 'exit code 4', retry_in_ms: 1_000 };
    const page = await show({
      timers: [timerAt(now, { failures_in_a_row: 1, breaker: { state: 'open', until: null } })],
      outcomes: [failure, ...skips],
      run: {
        task_name: 'backup',
        run_id: 'r1',
        outcome: failure,
        started_at: failure.timestamp,
        failed_attempts: [attempt],
        output: [],
      },
    });
    await page.getByRole('button', { name: 'backup', exact: true }).click();
    const told = page.locator('#drawer .failure');
    await told.getByText('exit code 3').waitFor();
    await told.locator('summary').click();
    await told.getByText('attempt 2').waitFor();
    expect(await told.locator('dl').textContent()).toMatch(/attempt 1.*exit code 4.*attempt 2.*exit code 3/);
  });

  test('labels a waiting run "Waiting", not "Now running", and shows that it has not started', async () => {
    const now = Date.now();
    const page = await show({
      timers: [timerAt(now, { runs: [{ ...runAt(now), state: 'waiting', attempts: 0, pid: null }] })],
      run: { task_name: 'backup', run_id: 'r1', outcome: null, started_at: null, failed_attempts: [], output: [] },
    });
    await page.getByRole('button', { name: 'backup', exact: true }).click();
    const run = page.locator('#drawer .running');
    await run.getByText('not yet').waitFor();
    expect(await run.locator('h3').textContent()).toBe('Waiting');
  });

  test('shows all times in the named zone of the timer file, regardless of the browser’s zone', async () => {
    const now = Date.now();
    const [next, success] = [now + 600_000, now - 30 * 86_400_000].map((ms) => Math.floor(ms / 1_000) * 1_000);
    const at = (instant = 0) => formatLocal(instant, 'Europe/Berlin').replace('T', ' ');
    const schedule = 'At 03:00, on the 13th of the month, and also on Friday';
    const facts = { last_success_at: new Date(success!).toISOString(), next_at: new Date(next!).toISOString() };
    const timers = [timerAt(now, { schedule, ...facts, starts_at: facts.next_at })];
    const page = await show({ timers }, 'UTC');
    await page.getByText('times in Europe/Berlin').waitFor();
    expect(await page.locator('td.next').textContent()).toContain(at(next).slice(11, 19));
    await page.getByRole('button', { name: 'backup', exact: true }).click();
    await page
      .locator('#drawer')
      .getByText(`${at(success).slice(0, 19)} ${at(success).slice(23)}`)
      .waitFor();
    // The words of the schedule are those of the record, which are compared with the firings in test/laws.
    await page.locator('#drawer').getByText(`${schedule} (UTC)`, { exact: true }).waitFor();
  });

  test.each(ZONES)('shows when a firing starts, with its due time next to it: %s', async (zone) => {
    // Shortly before midnight both have a weekday.
    const [due, start] = [600_000, 852_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const page = await show({ timers: [timerAt(Date.now(), { next_at: due!, starts_at: start! })] }, zone);
    expect(await page.locator('td.next').textContent()).toMatch(/^in 14 min.*, due (\w{3} )?\d\d:\d\d/);
    await page.getByRole('button', { name: 'backup', exact: true }).click();
    await page
      .locator('#drawer')
      .getByText(/, due (\w{3} )?\d\d:\d\d.*, in 14 min/)
      .waitFor();
  });

  test('keeps its layout with a very long description, and marks reversed text in one', async () => {
    const page = await show({ timers: [timerAt(Date.now(), { description: `\u202e${'so it goes '.repeat(200)}` })] });
    expect(await page.locator('.about').textContent()).toMatch(/^<U\+202E>so it goes/);
    await page.getByRole('button', { name: 'backup', exact: true }).click();
    const trigger = await page.getByRole('button', { name: 'Trigger now' }).boundingBox();
    expect(trigger?.y).toBeLessThan(400);
  });
});
