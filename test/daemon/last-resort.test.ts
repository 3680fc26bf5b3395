import { afterEach, expect, it } from 'vitest';
import { catchUncaught } from '../../src/daemon/last-resort.js';
import type { Cancel } from '../../src/domain/time.js';
import { FakeClock } from '../support/fake-clock.js';

const clock = new FakeClock();
let release: Cancel = () => undefined;

afterEach(() => release());

/** What happens with errors, and a way to raise them without affecting the process. */
function open(report: (error: unknown) => void = () => undefined) {
  const done: string[] = [];
  const before = process.listeners('uncaughtException');
  release = catchUncaught({
    clock,
    report: (error) => {
      done.push(String(error));
      report(error);
    },
    giveUp: (sentence) => void done.push(sentence),
    abort: () => void done.push('abort'),
  });
  const [caught] = process.listeners('uncaughtException').filter((listener) => !before.includes(listener));
  const raise = (times: number) => {
    for (let time = 0; time < times; time++) caught?.(new TypeError('no'), 'uncaughtException');
    return done.splice(0);
  };
  return raise;
}

const reports = (many: number) => Array<string>(many).fill('TypeError: no');

it('up to ten errors a minute are reported, and the process continues', async () => {
  const raise = open();
  expect(raise(10)).toEqual(reports(10));
  await clock.advance(60_000);
  expect(raise(10)).toEqual(reports(10));
});

it('the eleventh error stops the process, ten more are reported, and the next one aborts', () => {
  const raise = open();
  expect(raise(11)).toEqual([...reports(10), '10 internal errors within a minute, the last one: TypeError: no']);
  expect(raise(10)).toEqual(reports(10));
  expect(raise(1)).toEqual(['abort']);
});

it('an error that cannot be reported does not end the process', () => {
  const raise = open(() => {
    throw new Error('worse');
  });
  expect(raise(12)).toHaveLength(12);
});
