import { describe, expect, it } from 'vitest';

import { backup, brief, load, table, type Row } from './diagnose.js';

const inBackup = (rows: readonly Row[]) => table(rows, backup);

describe('an error in a schedule', () => {
  inBackup([
    ['cron: "61 * * * *"\nrun: x', '3:12 cron-range', '61'],
    ["cron: '0 25 * * *'\nrun: x", '3:14 cron-range', '25'],
    ['cron: 0 25 * * *\nrun: x', '3:13 cron-range', '25'],
    ['cron: ["0 0 * * *", "0 25 * * *"]\nrun: x', '3:28 cron-range', '25'],
    ['cron:\n  - "0 0 * * *"\n  - "0 25 * * *"\nrun: x', '5:12 cron-range', '25'],
    ['cron: "0 \\x32\\x35 * * *"\nrun: x', '3:11 cron-range', '25'],
    ['cron: "0 ${NOPE:-25} * * *"\nrun: x', '3:11 cron-range', '25'],
    ['cron: >\n  0 25\n  * * *\nrun: x', '3:11 cron-range', '25'],
    ['cron:\nrun: x', '3:5 empty-value', 'cron is empty'],
    ['cron: 5\nrun: x', '3:11 wrong-type', 'cron'],
    ['every: 10\nrun: x', '3:12 wrong-type', '10s'],
    ['every: [1m]\nrun: x', '3:12 wrong-type', 'every'],
    ['every: soon\nrun: x', '3:12 bad-duration', 'soon'],
    ['every: {interval: 10}\nrun: x', '3:23 wrong-type', '10s'],
    ['every: {interval: 10s, form: end}\nrun: x', '3:28 every-key', 'from'],
    ['every:\n  interval: 10s\n  from: start\nrun: x', '5:13 every-from', 'end'],
    ['every: 1.5\nrun: x', '3:12 wrong-type', '"1s500ms"'],
    ['every: 0\nrun: x', '3:12 wrong-type', 'such as "10s"'],
    ['every:\n  interval: 5\nrun: x', '4:17 wrong-type', '"5s"'],
    ['every:\n  interval: soon\nrun: x', '4:17 bad-duration', 'soon'],
    ['every:\n  interval: 5ms\nrun: x', '4:17 every-too-short', '10 ms'],
    ['in: 5\nrun: x', '3:9 wrong-type', '5s'],
    ['in:\nrun: x', '3:5 empty-value', 'in is empty'],
    ['at: 2027\nrun: x', '3:9 wrong-type', 'string'],
    ['at: 12:30\nrun: x', '3:9 timestamp-form', '2027-01-01'],
    ['at: [2027-01-01, 2027-13-01]\nrun: x', '3:22 timestamp-date', '13'],
    ['at:\n  - 2027-01-01\n  - 2027\nrun: x', '5:9 wrong-type', 'string'],
    ['at: "2027-03-28 02:30"\ntimezone: Europe/Berlin\nrun: x', '3:9 timestamp-gap', '03:00'],
    ['at: "2026-01-01 00:00"\nrun: x', '~3:9 at-in-the-past', 'passed'],
  ]);

  it('is reported along with all other errors of the timer', () => {
    const { problems } = load(
      backup('cron: "61 * * * *"\ntimezone: Nowhere\ntimeout: 5\nretry: {attempts: 0}\nshell: sh'),
    );
    expect(problems.map(brief)).toEqual([
      '2:3 missing-run',
      '3:12 cron-range',
      '4:15 unknown-timezone',
      '5:14 wrong-type',
      '6:23 bad-value',
      '7:12 bad-shell',
    ]);
  });

  it('includes each unknown key of every', () => {
    const { problems } = load(backup('every: {intervall: 5m, foo: 3, form: end}\nrun: x'));
    expect(problems.map(brief)).toEqual(['3:13 every-key', '3:28 every-key', '3:36 every-key']);
    expect(problems.map(({ hint }) => hint)).toEqual([
      'Did you mean interval?',
      'The keys under every are interval, offset, from, at.',
      'Did you mean from?',
    ]);
  });

  it('is reported once if an alias repeats it', () => {
    const { problems } = load('timers:\n  a: &a {cron: "61 * * * *", run: x}\n  b: *a\n  c: {<<: *a, run: y}');
    expect(problems.map(brief)).toEqual(['2:17 cron-range']);
  });

  it('has the right column after wide and combined characters and CRLF', () => {
    const { problems } = load('timers:\r\n  a: {description: "日本 é\u0301 😀", cron: "61 * * * *", run: x}\r\n');
    const column = '  a: {description: "日本 é\u0301 😀", cron: "'.length + 1;
    expect(problems).toMatchObject([{ line: 2, column, endColumn: column + 2 }]);
  });
});
