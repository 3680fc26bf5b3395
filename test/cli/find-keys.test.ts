import { describe, expect, test } from 'vitest';
import { findKeys } from '../../src/cli/commands/keys/find.js';

describe('looking up a key by name', () => {
  test.each([
    ['timeout', ['timer timeout']],
    ['timezone', ['file timezone', 'timer timezone']],
    ['retry.attempts', ['timer retry.attempts']],
    ['attempts', ['timer retry.attempts']],
    ['every.from', ['timer every.from']],
    ['defaults.retry.delay', ['timer retry.delay']],
    ['timers.backup.run', ['timer run']],
    ['defaults', ['file defaults']],
    ['http.listen', ['file http.listen']],
  ])('finds %s', (name, found) => {
    expect(findKeys(name).map(({ level, path }) => `${level} ${path}`)).toEqual(found);
  });

  test.each([
    ['timout', 'Did you mean timeout?'],
    ['retry.atempts', 'Did you mean retry.attempts?'],
    ['output.path', 'Did you mean output.file?'],
    ['http.port', 'Did you mean http.listen?'],
    ['retry.maximum_retries', 'Did you mean retry.attempts?'],
    ['atempts', 'Did you mean retry.attempts?'],
    ['xyzzyxyzzy', 'timers keys lists them all.'],
    ['', 'timers keys lists them all.'],
  ])('rejects %s with the nearest key', (name, hint) => {
    expect(() => findKeys(name)).toThrow(`unknown key "${name}". ${hint}`);
  });
});
