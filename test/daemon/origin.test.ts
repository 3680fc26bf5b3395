import { generateKeyPairSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTimerFile, type TimerFile } from '../../src/config/index.js';
import { planOf } from '../../src/daemon/compose.js';
import { OriginCopy } from '../../src/daemon/origin/copy.js';
import { Origin, type OriginOptions } from '../../src/daemon/origin/origin.js';
import { OriginWatch } from '../../src/daemon/origin/watch.js';
import { Reloader } from '../../src/daemon/reloader.js';
import { createWebClient } from '../../src/delivery/index.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { thisMachine } from '../../src/this-machine.js';
import { FakeClock } from '../support/fake-clock.js';
import { FileServer } from '../support/file-server.js';
import { Rig } from '../support/rig.js';
import { until } from '../support/web-puppet.js';

const fileOf = (...names: string[]) =>
  `timers:\n${names.map((name) => `  ${name}: { every: 1h, run: "true" }\n`).join('')}`;

let folder: string;
let server: FileServer;
let clock: FakeClock;
let origin: Origin;
let rig: Rig;
let watch: OriginWatch | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'origin-'));
  server = await new FileServer().open();
  server.text = fileOf('one');
  clock = new FakeClock();
});
afterEach(async () => {
  watch?.stop();
  watch = undefined;
  await server.close();
  rmSync(folder, { recursive: true });
});

const copyPath = () => join(folder, 'edge.from', 'timers.yaml');
const factsPath = () => {
  const name = readdirSync(join(folder, 'edge.from')).find((one) => one.endsWith('.json')) ?? '';
  return join(folder, 'edge.from', name);
};
function replaceByFolder(): void {
  rmSync(copyPath());
  mkdirSync(copyPath());
}
const kept = () => readFileSync(copyPath(), 'utf8');

function openOrigin(more: Partial<OriginOptions> = {}): ReturnType<Origin['open']> {
  origin = new Origin({
    url: server.url,
    every: MINUTE,
    firstPause: MINUTE,
    copy: new OriginCopy(copyPath(), server.url),
    client: createWebClient({ clock, version: '1' }),
    clock,
    ...more,
  });
  return origin.open();
}

/** Starts a scheduler with the file, like the program. */
async function run(more: Partial<OriginOptions> = {}): Promise<void> {
  watch?.stop();
  expect(await openOrigin(more)).toBeUndefined();
  const loaded = await loadTimerFile({ file: origin.path, cwd: '/' }, thisMachine(0));
  const timerFile = loaded.timerFile as TimerFile;
  rig = new Rig(planOf(timerFile).jobs, { clock });
  const reloader = new Reloader(timerFile, { running: () => rig.scheduler, clock });
  watch = new OriginWatch(origin, { clock, reloader, scheduler: () => rig.scheduler });
  rig.scheduler.start();
  watch.start();
  await watch.settled();
  await rig.clock.advance(0);
}

/** Sends the next request, and returns what the scheduler says about the response. */
async function poll(): Promise<readonly string[]> {
  const asked = server.headers.length;
  rig.events.splice(0);
  await clock.advance(MINUTE);
  await until(() => server.headers.length > asked);
  await watch?.settled();
  await clock.advance(0);
  return told();
}

const told = () =>
  rig.events
    .filter(({ event }) => event.startsWith('config.'))
    .map((event) => {
      const { event: name, problems, etag, added, removed } = event as unknown as Record<string, unknown>;
      return [name, ...[problems, etag && 'etag', added, removed].filter(Boolean).map(String)].join(' ').trim();
    });

const names = () => rig.scheduler.controls.status().jobs.map(({ job }) => job.name);

describe('a new version', () => {
  it('is used once its copy is on disk, readable for this user only', async () => {
    await run();
    server.text = fileOf('one', 'two');
    expect(await poll()).toEqual(['config.reloaded etag two']);
    expect(names()).toEqual(['one', 'two']);
    expect(kept()).toBe(server.text);
    expect(statSync(copyPath()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'edge.from')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'edge.from'))).toHaveLength(2);
  });

  it('is requested after a delay that differs between machines', async () => {
    await run({ firstPause: 20 * SECOND });
    const asked = async (pause: number) => {
      await clock.advance(pause);
      await watch?.settled();
      return server.headers.length;
    };
    expect(await asked(20 * SECOND - 1)).toBe(1);
    expect(await asked(1)).toBe(2);
    expect(await asked(MINUTE - 1)).toBe(2);
    expect(await asked(1)).toBe(3);
  });

  it('is requested with its ETag, even after a restart', async () => {
    await run();
    await poll();
    await run();
    await poll();
    expect(server.log.map((line) => line.slice(-3))).toEqual(['200', '304', '304', '304']);
  });

  it('without an ETag is detected by its content', async () => {
    server.hasEtags = false;
    await run();
    expect(await poll()).toEqual([]);
    server.text = fileOf('two');
    expect(await poll()).toEqual(['config.reloaded two one']);
  });

  it('with errors is reported once with line and column, and the last valid version stays in use', async () => {
    await run();
    server.text = 'timers:\n  one: { evry: 1h, run: "true" }\n';
    expect(await poll()).toEqual([expect.stringContaining('config.rejected 2:10 Unknown key "evry"')]);
    expect(await poll()).toEqual([]);
    expect(kept()).toBe(fileOf('one'));
    expect(names()).toEqual(['one']);
    server.text = fileOf('one');
    expect(await poll()).toEqual(['config.reloaded etag']);
  });

  it.each([
    [
      'larger than 1 MiB',
      () => Object.assign(server, { text: fileOf('two'), padding: 1024 * 1024 }),
      /larger than 1 MiB/,
    ],
    ['that is not UTF-8 text', () => (server.text = Buffer.from([0xff, 0xfe, 0x41, 0])), /UTF-16/],
    ['without timers', () => (server.text = ''), /empty/],
  ])('%s is rejected', async (_, change, words) => {
    await run();
    change();
    expect(await poll()).toEqual([expect.stringMatching(words)]);
    expect(await poll()).toEqual([]);
    expect(names()).toEqual(['one']);
    expect(kept()).toBe(fileOf('one'));
  });

  it('is not used if its copy cannot be written', async () => {
    await run();
    rmSync(join(folder, 'edge.from'), { recursive: true });
    writeFileSync(join(folder, 'edge.from'), '');
    server.text = fileOf('two');
    expect(await poll()).toEqual([expect.stringContaining('cannot be written')]);
    expect(names()).toEqual(['one']);
    expect(await poll()).toEqual([]);
    rmSync(join(folder, 'edge.from'));
    expect(await poll()).toEqual(['config.reloaded etag two one']);
  });

  it('is never written through a symlink that another user planted', async () => {
    mkdirSync(join(folder, 'edge.from'));
    writeFileSync(join(folder, 'victim'), 'precious');
    symlinkSync(join(folder, 'victim'), `${copyPath()}.new`);
    await run();
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('precious');
    expect(kept()).toBe(fileOf('one'));
  });

  it('is not requested while its server asks for a pause', async () => {
    await run();
    Object.assign(server, { status: 429, more: { 'Retry-After': '150' } });
    expect(await poll()).toEqual(['config.unreachable']);
    const asked = server.headers.length;
    await clock.advance(149 * SECOND);
    expect(server.headers).toHaveLength(asked);
    await clock.advance(SECOND);
    await until(() => server.headers.length > asked);
  });

  it('that arrives too late makes the server count as unreachable', async () => {
    await run();
    server.isSilent = true;
    rig.events.splice(0);
    await clock.advance(MINUTE);
    await until(() => server.headers.length > 1);
    await clock.advance(10 * SECOND);
    await watch?.settled();
    await clock.advance(0);
    expect(told()).toEqual(['config.unreachable']);
  });
});

describe('an unreachable server', () => {
  it('is reported once, and so is its recovery', async () => {
    await run();
    server.status = 503;
    const since = clock.now() + MINUTE;
    expect(await poll()).toEqual(['config.unreachable']);
    expect(await poll()).toEqual([]);
    expect(watch?.record).toMatchObject({
      url: server.url,
      unreachable_since: new Date(since).toISOString(),
      reason: 'it returned 503',
    });
    expect(watch?.age).toBe(2 * MINUTE);
    server.status = 200;
    expect(await poll()).toEqual(['config.reachable']);
    expect(watch?.record).toMatchObject({ unreachable_since: null, reason: null });
    expect(watch?.age).toBe(0);
  });

  it('does not prevent a start from the copy', async () => {
    await run();
    await server.close();
    await run();
    await watch?.settled();
    await clock.advance(0);
    expect(names()).toEqual(['one']);
    expect(told()).toEqual(['config.unreachable']);
    await server.open();
    server.text = fileOf('two');
    expect(await poll()).toEqual(['config.reachable', 'config.reloaded etag two one']);
  });

  it('delays a start with a copy by at most 2 s', async () => {
    await run();
    server.isSilent = true;
    const opened = openOrigin();
    await until(() => server.headers.length > 1);
    await clock.advance(2 * SECOND);
    expect(await opened).toBeUndefined();
    origin.stop();
  });

  it('prevents a start without a copy', async () => {
    server.status = 404;
    expect(await openOrigin()).toMatchObject({
      problems: [{ code: 'server-unreachable', message: `${server.url} cannot be loaded: it returned 404.` }],
    });
    expect(existsSync(copyPath())).toBe(false);
  });
});

describe('the first version', () => {
  it('with errors is rejected with its text, and no copy is written', async () => {
    server.text = 'timers: 5\n';
    expect(await openOrigin()).toMatchObject({ source: 'timers: 5\n', problems: [{ line: 1, column: 9 }] });
    expect(existsSync(copyPath())).toBe(false);
  });

  it('with errors is reported if a copy starts the scheduler', async () => {
    await run();
    server.text = 'timers: 5\n';
    await run();
    await watch?.settled();
    await clock.advance(0);
    expect(told()).toEqual([expect.stringContaining('config.rejected 1:9')]);
    expect(names()).toEqual(['one']);
  });

  it.each([
    ['it is a copy of another URL', () => undefined, 'https://other.example.org/edge.yaml'],
    ['it is damaged or has been changed', () => writeFileSync(copyPath(), kept().slice(0, 20)), undefined],
    ['it is damaged or has been changed', () => rmSync(factsPath()), undefined],
    ['it is damaged or has been changed', () => writeFileSync(factsPath(), ''), undefined],
    ['it is a folder', replaceByFolder, undefined],
  ])('is not taken from the copy if %s, and the reason is reported', async (reason, change, other) => {
    await run();
    change();
    server.status = 500;
    expect(await openOrigin(other === undefined ? {} : { copy: new OriginCopy(copyPath(), other) })).toMatchObject({
      problems: [{ code: 'server-unreachable' }, { message: `The copy ${copyPath()} is not used: ${reason}.` }],
    });
  });

  it('replaces a damaged copy', async () => {
    await run();
    writeFileSync(copyPath(), '');
    await run();
    expect(kept()).toBe(fileOf('one'));
  });
});

describe('a token', () => {
  it('is read from its file for each request', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'first\n');
    await run({ tokenFile });
    writeFileSync(tokenFile, 'second\n');
    await poll();
    expect(server.headers.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer second']);
    rmSync(tokenFile);
    await watch?.refresh();
    expect(watch?.record.reason).toContain('does not exist');
  });

  it('becomes the password of the user in the URL', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'pass:word\n');
    await run({ tokenFile, url: server.url.replace('//', '//edge%407@') });
    expect(server.headers.map(({ authorization }) => authorization)).toEqual([
      `Basic ${Buffer.from('edge@7:pass:word').toString('base64')}`,
    ]);
  });
});

describe('a signature', () => {
  const { publicKey: verifyKey, privateKey } = generateKeyPairSync('ed25519');
  beforeEach(() => (server.key = privateKey));

  it.each([true, false])('is required if a key is configured (in a header: %s)', async (isSignedInHeader) => {
    server.isSignedInHeader = isSignedInHeader;
    await run({ verifyKey });
    server.text = fileOf('two');
    expect(await poll()).toEqual(['config.reloaded etag two one']);
    server.text = fileOf('three');
    server.key = generateKeyPairSync('ed25519').privateKey;
    expect(await poll()).toEqual([expect.stringContaining('its signature does not match it')]);
    expect(await poll()).toEqual([]);
    server.key = undefined;
    server.isSignedInHeader = false;
    expect(await poll()).toEqual([expect.stringContaining('it has no signature')]);
    expect(names()).toEqual(['two']);
  });

  it('is also checked for the copy', async () => {
    await run({ verifyKey });
    await server.close();
    await run({ verifyKey });
    expect(names()).toEqual(['one']);
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(await openOrigin({ verifyKey: other })).toMatchObject({
      problems: [{ code: 'server-unreachable' }, { message: expect.stringContaining('has not signed it') as string }],
    });
    await server.open();
  });
});

describe('a manual reload', () => {
  it('queries the server immediately and returns the result', async () => {
    await run();
    server.text = fileOf('two');
    expect(await watch?.refresh()).toMatchObject({
      valid: true,
      changes: [{ task_name: 'two' }, { task_name: 'one' }],
    });
    expect(await watch?.refresh()).toMatchObject({ valid: true, changes: [] });
    server.text = 'timers: 5\n';
    expect(await watch?.refresh()).toMatchObject({ valid: false, file: server.url, source: 'timers: 5\n' });
    expect(await watch?.refresh()).toMatchObject({ valid: false, source: 'timers: 5\n' });
    await server.close();
    expect(await watch?.refresh()).toMatchObject({ valid: false, problems: [{ code: 'server-unreachable' }] });
    await server.open();
  });
});
