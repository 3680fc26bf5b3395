import { expect, test } from 'vitest';
import { sayUnread, type AsFarAsReadable } from '../../src/cli/load.js';
import { RecordedTerminal } from '../support/recorded-terminal.js';

test.each([
  ['it is not UTF-8: this character is invalid', 'is invalid. This is what the running scheduler has loaded.'],
  ['There is no key "a" in a timer.', 'in a timer. This is what the running scheduler has loaded.'],
])('the text after an error is a sentence of its own: %s', (message, said) => {
  const terminal = new RecordedTerminal('/');
  const problems = [{ severity: 'error', code: 'not-utf-8', message, line: 1, column: 1, path: '' }];
  const found = { loaded: { path: '/timers.yaml', problems }, readable: { jobs: [], unread: [] }, missing: [] };
  sayUnread(terminal, found as unknown as AsFarAsReadable);
  expect(terminal.complained).toContain(said);
});

test.each([
  [[''], ' Not read: "". This is'],
  [['a', ''], ' Not read: a, "". This is'],
  ['abcdefghijk'.split(''), ' Not read: a, b, c, d, e, f, g, h, i, j, …. This is'],
])('the names of what was not read are all visible: %j', (missing, said) => {
  const terminal = new RecordedTerminal('/');
  const problems = [{ severity: 'error', code: 'bad-name', message: 'No name.', line: 1, column: 1, path: '' }];
  const found = { loaded: { path: '/timers.yaml', problems }, readable: { jobs: [], unread: [] }, missing };
  sayUnread(terminal, found as unknown as AsFarAsReadable);
  expect(terminal.complained).toContain(said);
});
