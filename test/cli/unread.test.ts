import { expect, test } from 'vitest';
import { sayUnread, type AsFarAsReadable } from '../../src/cli/load.js';
import { RecordedTerminal } from '../support/recorded-terminal.js';

test.each([
  ['it is not UTF-8: this character is invalid', 'is invalid. Shown as the running scheduler has it.'],
  ['There is no key "a" in a timer.', 'in a timer. Shown as the running scheduler has it.'],
])('what follows a mistake is a sentence of its own: %s', (message, said) => {
  const terminal = new RecordedTerminal('/');
  const problems = [{ severity: 'error', code: 'not-utf-8', message, line: 1, column: 1, path: '' }];
  const found = { loaded: { path: '/timers.yaml', problems }, readable: { jobs: [], unread: [] }, missing: [] };
  sayUnread(terminal, found as unknown as AsFarAsReadable);
  expect(terminal.complained).toContain(said);
});
