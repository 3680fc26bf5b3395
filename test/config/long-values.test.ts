import { describe, expect, it } from 'vitest';

import { parseDuration } from '../../src/domain/duration.js';
import {
  isTimeZone,
  parseScheduleAt,
  parseTimestamp,
  wrongTimeZone,
  type ScheduleSpec,
} from '../../src/schedules/index.js';
import { withoutLongParts } from '../../src/text/quoted.js';
import { backup, load } from './diagnose.js';

const many = (part: string, length: number): string => part.repeat(Math.ceil(length / part.length)).slice(0, length);

const TEXTS: readonly [what: string, part: string][] = [
  ['letters', 'x'],
  ['digits', '1'],
  ['dashes', '1-'],
  ['commas', '1,'],
  ['slashes', '*/'],
  ['spaces', '1 '],
  ['units', '1h '],
  ['folders', 'Europe/'],
  ['colons', '12:'],
];

const timer = (lines: string): string => backup(`${lines}\nrun: x`);
const every = (lines: string): string => timer(`every: 10s\n${lines}`);

/** A file with a value of each kind that has a maximum length, and the code of the error. */
const KINDS: readonly [kind: string, fileWith: (value: string) => string, code: string][] = [
  ['expression', (value) => timer(`cron: "${value}"`), 'cron-too-long'],
  ['zone of a timer', (value) => timer(`cron: "@daily"\ntimezone: "${value}"`), 'unknown-timezone'],
  ['zone of the file', (value) => `timezone: "${value}"\n${timer('cron: "@daily"')}`, 'unknown-timezone'],
  ['interval', (value) => timer(`every: "${value}"`), 'bad-duration'],
  ['interval in a map', (value) => timer(`every: {interval: "${value}"}`), 'bad-duration'],
  ['delay', (value) => timer(`in: "${value}"`), 'bad-duration'],
  ['timeout', (value) => every(`timeout: "${value}"`), 'bad-duration'],
  ['pause of a retry', (value) => every(`retry: {attempts: 2, delay: "${value}"}`), 'bad-duration'],
  ['point in time', (value) => timer(`at: "${value}"`), 'timestamp-form'],
  ['point in time of a list', (value) => timer(`at: ["2027-01-01 00:00", "${value}"]`), 'timestamp-form'],
  ['end of a window', (value) => every(`not_after: "${value}"`), 'timestamp-form'],
  ['local time', (value) => timer(`every: {interval: 2w, at: "${value}"}`), 'every-at'],
];

describe.each(KINDS)('a %s that is too long', (_kind, fileWith, code) => {
  it.each(TEXTS)('is truncated to one line with a note: %s', (_what, part) => {
    const { problems } = load(fileWith(many(part, 2_000)));
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors[0]).toMatchObject({ code, message: expect.stringMatching(/^.{1,160}$/) as string });
    expect(errors[0]?.message).toContain('too long');
    for (const { message, hint = '' } of problems) expect(`${message} ${hint}`.length).toBeLessThan(300);
  });
});

describe('a name that is too long', () => {
  it.each([129, 1_000, 1_025, 80_000])('is not repeated in messages: %d characters', (length) => {
    const { problems } = load(`timers:\n  ${many('a', length)}: {every: 10s, run: x}\n`);
    expect(problems[0]?.message).toMatch(/^This (?:name|key) is too long: .{1,60}$/);
    expect(problems[0]?.code).toBe(length > 1_024 ? 'bad-key' : 'bad-name');
  });
});

describe('a nonsensical value is reported like any other error', () => {
  it.each([
    ['cron', '0 3 * * *\\0'],
    ['cron', '0\\0 3 * * *'],
    ['cron', many('*', 900)],
    ['cron', many('1-', 80_000)],
    ['every', '10s\\0'],
    ['in', '\\0'],
    ['at', '2027-01-01\\0'],
  ])('%s: "%.20s"', (key, value) => {
    const { problems } = load(timer(`${key}: "${value}"`));
    expect(problems.map(({ line, severity }) => `${line} ${severity}`)).toEqual(['3 error']);
    expect(problems[0]?.code).not.toBe('internal');
  });
});

/** A reader with quadratic time takes days for this. */
const HUGE = 20_000_000;

describe.each(TEXTS)('20 MB of %s', (_what, part) => {
  const text = many(part, HUGE);
  const scheduled = (spec: ScheduleSpec) => () => parseScheduleAt(spec, { start: 0, defaultTimezone: 'UTC' });

  it.each<[string, () => unknown]>([
    ['an expression', scheduled({ cron: text })],
    ['a duration', () => parseDuration(text)],
    ['a rhythm', scheduled({ every: text })],
    ['a local time', scheduled({ every: { interval: '2w', at: text } })],
    ['a point in time', () => parseTimestamp(text, 'UTC')],
  ])('are rejected in linear time as %s', (_kind, read) => {
    expect(read).toThrow(/^.{0,160}too long.{0,160}$/);
  });

  it('are rejected in linear time as a time zone', () => {
    expect(isTimeZone(text)).toBe(false);
    const { message, hint } = wrongTimeZone(text);
    expect(message).toMatch(/^.{0,100} is too long for a time zone\.$/);
    expect(hint()).toContain('Europe/Berlin');
  });

  it('are truncated to one line of a message', () => {
    expect(withoutLongParts(`before ${text} after`).length).toBeLessThan(700);
  });
});
