import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hasChromium, openChromium, openTab, skippedWithoutChromium } from '../support/chromium.js';
import { freePort } from '../support/free-ports.js';
import { Desk, type Program } from '../support/program.js';
import { Puppet } from '../support/puppet.js';

const PORT = await freePort();
const TOKEN = 'the-token-of-the-test';
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

let browser: Browser;
let desk: Desk;
let puppet: Puppet;
let program: Program;
const complaints: string[] = [];

const about = hasChromium ? describe : describe.skip;

beforeAll(async () => {
  if (hasChromium) browser = await openChromium();
});
afterAll(() => (hasChromium ? browser.close() : undefined));

beforeEach(async () => {
  complaints.length = 0;
  desk = new Desk();
  puppet = await Puppet.open();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await desk.clear();
  await puppet.close();
});

async function start({ http = `{ listen: "127.0.0.1:${PORT}", token_file: ./token }`, state = 'false' } = {}) {
  desk.write('token', TOKEN);
  desk.write('hostile.sh', `cat <<'END'\n${HOSTILE}\nEND\nexit 3\n`);
  desk.write(
    'timers.yaml',
    `http: ${http}
state: ${state}
timers:
  live: { cron: "0 0 1 1 *", run: ${JSON.stringify(puppet.shellCommand)} }
  backup: { in: 1ms, run: "echo no space left on the device; exit 3", description: "Database to the other site" }
  hostile: { in: 1ms, run: sh hostile.sh, description: ${JSON.stringify(HOSTILE)}, tags: [${JSON.stringify(HOSTILE)}] }
  off: { every: 1h, run: "true", enabled: false }
`,
  );
  program = desk.start(['start']);
  await program.event('run.finished', 'backup');
  await program.event('run.finished', 'hostile');
}

/** Opens the page in a tab that knows the token. */
const look = (options: BrowserContextOptions = {}): Promise<Page> => open({ options, token: TOKEN });

async function open({ address = `http://127.0.0.1:${PORT}/`, options = {}, token }: Visit = {}): Promise<Page> {
  const page = await openTab(browser, { viewport: { width: 1280, height: 800 }, ...options });
  if (token !== undefined) await page.addInitScript(`sessionStorage.setItem('timers.token', '${token}')`);
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(address);
  return page;
}

interface Visit {
  readonly address?: string;
  readonly options?: BrowserContextOptions;
  readonly token?: string;
}

const row = (page: Page, name: string) =>
  page.locator('#timers tr', { has: page.getByRole('button', { name, exact: true }) });

async function unlock(page: Page, token = TOKEN): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click();
}

/** What axe finds wrong, one line each. */
async function faultsOf(page: Page): Promise<string[]> {
  // Through the debugger: the page's own policy lets no script in.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run()');
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
  );
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

about(`the page${skippedWithoutChromium}`, () => {
  test('shows every timer, and updates live', async () => {
    await start();
    const page = await look();
    await expect.poll(() => page.locator('#timers tr').count()).toBe(4);
    await expect.poll(() => row(page, 'backup').textContent()).toContain('failing');
    expect(await row(page, 'backup').textContent()).toContain('exit code 3');
    expect(await row(page, 'off').textContent()).toContain('disabled');
    expect(await row(page, 'live').textContent()).toContain('not run yet');
    void desk.run('trigger', 'live');
    const process = await puppet.next();
    await expect.poll(() => row(page, 'live').textContent()).toContain('running');
    await process.print('half of it\n');
    await page.getByRole('button', { name: 'live', exact: true }).click();
    const drawer = page.getByRole('dialog');
    await expect.poll(() => drawer.locator('pre').textContent()).toBe('half of it\n');
    await process.print('the rest\n');
    await expect.poll(() => drawer.locator('pre').textContent()).toBe('half of it\nthe rest\n');
    await process.exit(0);
    await expect.poll(() => drawer.locator('.outcomes summary').first().textContent()).toContain('success');
    await expect.poll(() => row(page, 'live').textContent()).toContain('ok');
    expect(complaints).toEqual([]);
  });

  test('shows within two clicks why the backup did not run', async () => {
    await start({ state: './timers.db' });
    const page = await look();
    await page.getByRole('button', { name: 'backup', exact: true }).click();
    const drawer = page.getByRole('dialog');
    await expect.poll(() => drawer.locator('pre').textContent()).toBe('no space left on the device\n');
    expect(await drawer.locator('.outcomes summary').first().textContent()).toContain('exit code 3');
  });

  test('shows data and accepts actions with the valid token only', async () => {
    await start();
    const page = await open();
    await page.getByLabel('Token').waitFor();
    expect(await page.content()).not.toContain('backup');
    await unlock(page, 'wrong');
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('That token is wrong.');
    expect(await page.content()).not.toContain('backup');
    await unlock(page);
    await page.getByRole('button', { name: 'Trigger live' }).click();
    await puppet.next().then((process) => process.exit(0));
    await page.getByRole('button', { name: 'Pause live' }).click();
    await page.getByLabel('Reason').fill('disk swap');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => row(page, 'live').textContent()).toContain('paused: disk swap');
    await page.getByRole('button', { name: 'Resume live' }).click();
    await expect.poll(() => row(page, 'live').textContent()).toContain('ok');
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await row(page, 'live').waitFor();
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await page.content()).not.toContain('backup');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });

  test('is read-only without a token file, and explains how to enable actions', async () => {
    await start({ http: `127.0.0.1:${PORT}` });
    const page = await open();
    await page.getByText('This page is read-only.').waitFor();
    expect(await page.getByRole('button', { name: /Trigger|Pause|Unlock/ }).count()).toBe(0);
    const status = await page.evaluate(
      `fetch('/api/trigger', { method: 'POST', body: '{"name":"live"}' }).then(({ status }) => status)`,
    );
    expect(status).toBe(403);
  });

  test('shows nothing on a public address until the token is entered', async () => {
    await start({ http: `{ listen: "0.0.0.0:${PORT}", token_file: ./token }` });
    const page = await open();
    await page.getByLabel('Token').waitFor();
    expect(await page.content()).not.toContain('backup');
    await unlock(page);
    await expect.poll(() => page.locator('#timers tr').count()).toBe(4);
  });

  test('shows texts from commands and files as plain text', async () => {
    await start();
    const page = await look();
    await page.getByRole('button', { name: 'hostile', exact: true }).click();
    const drawer = page.getByRole('dialog');
    await expect.poll(() => drawer.locator('pre').textContent()).toBe(`${HOSTILE}\n`);
    expect(await drawer.locator('dd').allTextContents()).toContain(HOSTILE);
    expect(await row(page, 'hostile').textContent()).toContain(HOSTILE);
    expect([await page.locator('img').count(), await page.title()]).toEqual([0, 'timers']);
    const slipped = page.evaluate(`document.body.innerHTML = '<img src=x>'`);
    await expect(slipped).rejects.toThrow(/TrustedHTML/);
  });

  test('rejects requests from another origin, even with the token', async () => {
    await start();
    const other = desk.write('other.html', '<title>other</title>');
    const page = await open({ address: `file://${other}` });
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
    const asked = JSON.stringify({ method: 'POST', headers, body: '{"name":"live"}' });
    const answered = await page.evaluate(
      `fetch('http://127.0.0.1:${PORT}/api/trigger', ${asked}).then(({ status }) => status, () => 'refused')`,
    );
    expect(answered).toBe('refused');
    expect(program.lines.filter(({ task_name: name }) => name === 'live')).toEqual([]);
  });

  test('can be used with the keyboard alone', async () => {
    await start();
    const page = await look();
    const { keyboard } = page;
    await page.getByRole('button', { name: 'backup', exact: true }).waitFor();
    await page.locator('#ranges input:checked').focus();
    await keyboard.press('ArrowRight');
    expect(await page.locator('#ranges input:checked + span').textContent()).toBe('24 h');
    const lane = page.getByRole('button', { name: /^backup: .*1 failure/ });
    await lane.waitFor();
    await lane.focus();
    await keyboard.press('ArrowLeft');
    expect(await page.locator('.readout').textContent()).toMatch(/^backup, .*: failure: exit code 3/);
    await keyboard.press('Enter');
    await page.getByRole('dialog').locator('pre').waitFor();
    await keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.className')).toBe('lane');
    await page.getByLabel('Find').focus();
    await keyboard.type('data');
    await expect.poll(() => page.locator('#timers tr').count()).toBe(1);
    for (let presses = 0; presses < 4; presses++) {
      if (await page.evaluate(`document.activeElement.textContent === 'backup'`)) break;
      await keyboard.press('Tab');
    }
    await keyboard.press('Enter');
    expect(await page.getByRole('dialog').getByRole('heading', { level: 2 }).textContent()).toBe('backup');
    await page.getByRole('button', { name: 'Close' }).focus();
    const width = await page.evaluate('getComputedStyle(document.activeElement).outlineWidth');
    expect(width).toBe('2px');
  });

  test.each(['light', 'dark'] as const)(
    'is legible and well-formed in %s, on a wide screen and on a phone',
    async (colorScheme) => {
      await start();
      const grounds = [];
      for (const width of [1600, 390]) {
        const page = await look({ colorScheme, viewport: { width, height: 844 } });
        await page.locator('.lane').first().waitFor();
        expect(await faultsOf(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await page.getByRole('button', { name: 'backup', exact: true }).click();
        await page.getByRole('dialog').locator('pre').waitFor();
        expect(await faultsOf(page)).toEqual([]);
        grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      }
      const [ground] = grounds;
      expect(ground).toBe(colorScheme === 'dark' ? 'rgb(20, 23, 28)' : 'rgb(246, 247, 249)');
      expect(complaints).toEqual([]);
    },
  );

  test('says when the scheduler becomes unreachable and when it is back', async () => {
    await start();
    const page = await look();
    await page.getByText('live', { exact: true }).first().waitFor();
    program.kill('SIGTERM');
    await program.ended;
    await page.getByText('not connected, trying again…').waitFor();
    program = desk.start(['start']);
    await expect.poll(() => page.locator('#connection').textContent()).toBe('live');
  });
});
