import { relative } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { READ_THE_ZONE } from '../zones.js';

/**
 * Fails a test file that reads the system time zone and runs in one zone only. Set up before every test outside
 * `test/program`; files of one worker may share a process, so each thing is watched only once.
 */
const LOCAL = [
  ...['getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getTimezoneOffset'],
  ...['setFullYear', 'setMonth', 'setDate', 'setHours', 'setMinutes'],
  ...['toString', 'toDateString', 'toTimeString', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'],
] as const;

const watch = globalThis as { readers?: Set<string> };

/** Notes where our own code read the zone: packages and Node.js ask for it without using it. */
function note(): void {
  const caller = new Error().stack?.split('\n')[3] ?? '';
  if (!/node:|node_modules|support\/one-zone/.test(caller)) watch.readers?.add(caller.trim());
}

function watchDates(): void {
  for (const name of LOCAL) {
    const original = Object.getOwnPropertyDescriptor(Date.prototype, name)!;
    const reading = new Proxy(original.value as () => unknown, {
      apply(target, self, args: []) {
        note();
        return Reflect.apply(target, self, args);
      },
    });
    Object.defineProperty(Date.prototype, name, { ...original, value: reading });
  }
}

function watchFormats(): void {
  const called = (args: unknown[]): void => {
    if ((args[1] as Intl.DateTimeFormatOptions | undefined)?.timeZone === undefined) note();
  };
  Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
    construct(target, args: unknown[]) {
      called(args);
      return Reflect.construct(target, args) as Intl.DateTimeFormat;
    },
    apply(target, self, args: unknown[]) {
      called(args);
      return Reflect.apply(target, self, args) as Intl.DateTimeFormat;
    },
  });
}

/** A copy of the whole environment, for a child process, does not count as a read. */
function watchVariable(): void {
  let isCopied = false;
  process.env = new Proxy(process.env, {
    getOwnPropertyDescriptor(target, name) {
      isCopied = name === 'TZ';
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    get(target, name) {
      if (name === 'TZ' && !isCopied) note();
      isCopied = false;
      return Reflect.get(target, name) as unknown;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}

if (!watch.readers) {
  watchDates();
  watchFormats();
  watchVariable();
}
const readers = new Set<string>();
watch.readers = readers;

const file = relative(process.cwd(), expect.getState().testPath ?? '');
const runsInTwo = READ_THE_ZONE.includes(file);

beforeAll(() => void (watch.readers = readers));
afterAll(() => {
  if (!runsInTwo) expect([...readers], `${file} reads the system time zone: list it in test/zones.ts`).toEqual([]);
});
