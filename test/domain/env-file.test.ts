import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/domain/env-file.js';

describe('env files', () => {
  test.each<[string, string, Record<string, string>]>([
    ['plain', 'A=1\nB=two words \n', { A: '1', B: 'two words' }],
    ['comments and blank lines', '# no\n\n  # no\nA=1\n', { A: '1' }],
    ['export, spaces, CRLF, a byte order mark', '\uFEFFexport A = 1\r\n  B=2\r\n', { A: '1', B: '2' }],
    ['an empty value', 'A=\nB=""\n', { A: '', B: '' }],
    [
      'a value with =, # and quotes inside',
      'URL=http://a/?b=c#d\nC=it\'s "so"',
      { URL: 'http://a/?b=c#d', C: 'it\'s "so"' },
    ],
    ['single quotes are literal', "A='a\\n $B #'  # why", { A: 'a\\n $B #' }],
    ['double quotes know escapes', 'A="a\\n\\"b\\" \\\\ \\$C \\x" # why', { A: 'a\n"b" \\ $C \\x' }],
    ['the last wins', 'A=1\nA=2', { A: '2' }],
    ['names that are no JavaScript', '__proto__x=1\nnpm_config.a-b=2', { __proto__x: '1', 'npm_config.a-b': '2' }],
  ])('%s', (_, text, expected) => {
    expect(parseEnvFile(text, '/etc/app.env')).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['no assignment', 'A=1\n\nhello world\n', '/etc/app.env:3: this is no NAME=value line'],
    ['no name', '=1', '/etc/app.env:1: this is no NAME=value line'],
    ['a name with a space', 'A B=1', '/etc/app.env:1: this is no NAME=value line'],
    ['an open quote', 'A="secret', '/etc/app.env:1: the quoted value does not end where its line ends'],
    ['text behind a quote', "A='secret' x", '/etc/app.env:1: the quoted value does not end where its line ends'],
    ['NUL', 'A=a\0b', '/etc/app.env:1: the value contains a NUL character'],
  ])('%s is an error that names the line and keeps the value to itself', (_, text, expected) => {
    expect(() => parseEnvFile(text, '/etc/app.env')).toThrow(expected);
  });
});
