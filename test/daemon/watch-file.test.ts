import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { watchTimerFile, type WatchFolder } from '../../src/daemon/watch-file.js';
import { SECOND } from '../../src/domain/time.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/web-puppet.js';

let folder: string;
let file: string;
let clock: FakeClock;
let changes: number;
let said: string[];
let watched: Map<string, (name: string | null) => void>;
let unwatch: () => void;

/** Reports what the test says, and nothing else. */
const silent: WatchFolder = (path, { noticed }) => {
  watched.set(path, noticed);
  return { close: () => void watched.delete(path) };
};
const none: WatchFolder = () => {
  throw new Error('ENOSYS: function not implemented, watch');
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timers-watch-'));
  file = join(folder, 'timers.yaml');
  writeFileSync(file, 'one');
  clock = new FakeClock();
  [changes, said, watched] = [0, [], new Map()];
});
afterEach(() => {
  unwatch();
  rmSync(folder, { recursive: true });
});

function watch(watchFolder = silent): void {
  const terminal = {
    err: (line = '') => {
      said.push(line);
    },
  };
  unwatch = watchTimerFile(file, { clock, surroundings: terminal, changed: () => (changes += 1), watchFolder });
}

/** Lets time pass until the next check of the file, and waits for it. Returns how long that took. */
async function look(): Promise<number> {
  const wait = clock.nextWakeIn ?? 0;
  await clock.advance(wait);
  await until(() => clock.armed === 1);
  return wait;
}

/** Lets the watch check often enough to see a settled change. */
const settle = async () => {
  for (let looks = 0; looks < 3; looks++) await look();
};

describe('if the system reports no changes, a timer file', () => {
  test('is checked every two seconds and loaded once it has settled', async () => {
    watch();
    expect(await look()).toBe(2 * SECOND);
    writeFileSync(file, 'two');
    expect([await look(), changes]).toEqual([2 * SECOND, 0]);
    expect([await look(), changes]).toEqual([100, 1]);
    expect([await look(), changes]).toEqual([2 * SECOND, 1]);
  });

  test('is not loaded while another program writes it', async () => {
    watch();
    for (const text of ['t', 'tw', 'two']) {
      writeFileSync(file, text);
      await look();
    }
    expect(changes).toBe(0);
    await look();
    expect(changes).toBe(1);
  });

  test.each<[string, () => void]>([
    ['has the same size and time', () => replace('two', 1_700_000_000)],
    ['is renamed over it', () => replace('other')],
    ['is the new target of its symlink', () => turn('elsewhere', 'two')],
    ['is the new target of its symlink, with equal content', () => turn('elsewhere', 'one')],
  ])('is loaded when another file %s', async (_, change) => {
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    watch();
    change();
    await settle();
    expect(changes).toBe(1);
  });

  test('is not loaded if only its inode or its timestamps change', async () => {
    watch();
    replace('one', 1_700_000_000);
    await settle();
    expect(changes).toBe(0);
  });

  test('is loaded once when it disappears, and again when it is back unchanged', async () => {
    watch();
    rmSync(file);
    expect([await look(), await look(), changes]).toEqual([2 * SECOND, 2 * SECOND, 1]);
    await settle();
    expect(changes).toBe(1);
    writeFileSync(file, 'one');
    await settle();
    expect(changes).toBe(2);
  });

  test('does not count as removed while it is being replaced', async () => {
    watch();
    rmSync(file);
    await look();
    writeFileSync(file, 'one');
    await settle();
    expect(changes).toBe(0);
  });

  test('is loaded again when its folder is back', async () => {
    watch();
    rmSync(folder, { recursive: true });
    await settle();
    expect([changes, watched.size]).toEqual([1, 0]);
    mkdirSync(folder);
    writeFileSync(file, 'two');
    await settle();
    expect([changes, watched.size]).toEqual([2, 1]);
  });

  test('is watched by polling, and a message says so', async () => {
    watch(none);
    writeFileSync(file, 'two');
    await settle();
    expect(changes).toBe(1);
    expect(said).toEqual([
      expect.stringMatching(/does not report changes, so --watch checks .*timers.yaml every 2 s: .*ENOSYS/),
    ]);
  });
});

test('a reported change triggers a check immediately, unless it concerns another file', async () => {
  watch();
  writeFileSync(file, 'two');
  watched.get(folder)?.('neighbor.db');
  expect(clock.nextWakeIn).toBe(2 * SECOND);
  watched.get(folder)?.('timers.yaml');
  expect([await look(), await look(), changes]).toEqual([100, 100, 1]);
});

function replace(text: string, seconds = Date.now() / 1000): void {
  const next = join(folder, 'next');
  writeFileSync(next, text);
  utimesSync(next, seconds, seconds);
  renameSync(next, file);
}

function turn(name: string, text: string): void {
  const target = join(folder, name);
  writeFileSync(target, text);
  rmSync(file);
  symlinkSync(target, file);
}
