import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's package `chromium`. */
export const hasChromium = existsSync(CHROMIUM);

/** Behind the name of a test that needs it. */
export const skippedWithoutChromium = hasChromium ? '' : ' (skipped: chromium is not installed)';

/** Starts a browser of its own that asks nobody but the page under test. */
export const openChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
