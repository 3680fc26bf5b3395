import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { POLL_LIMIT } from './limit.js';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's package `chromium`. */
export const hasChromium = existsSync(CHROMIUM);

/** Appended to the name of a test that needs it. */
export const skippedWithoutChromium = hasChromium ? '' : ' (skipped: chromium is not installed)';

/**
 * Two parts of the address bar, which nobody sees here, load in each new window and take a second of a core. The others
 * are Playwright's, as the last such option replaces its own. They keep the browser from asking for https, and from
 * contacting anyone else.
 */
const OFF = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'],
  ...['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'PaintHolding', 'MediaRouter', 'OptimizationHints'],
  ...['NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch', 'DestroyProfileOnBrowserClose'],
];

/** Starts a separate browser that only contacts the page under test. */
export const openChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    timeout: POLL_LIMIT,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${OFF.join(',')}`,
    ],
  });

/** Opens a tab that waits as long as its test may. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(POLL_LIMIT);
  return context.newPage();
}
