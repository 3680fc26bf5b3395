import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EnvFileError, parseEnvFile } from '../../src/text/env-file.js';

const page = readFileSync(new URL('../../docs/reference/env-file.md', import.meta.url), 'utf8');

describe('env files', () => {
  test.each<[string, string, Record<string, string>]>([
    ['plain assignments', 'A=1\nB=two words \n', { A: '1', B: 'two words' }],
    ['comments and blank lines', '# no\n\n  # no\nA=1\n', { A: '1' }],
    ['export, spaces, CRLF, a byte order mark', '\uFEFFexport A = 1\r\n  B=2\r\n', { A: '1', B: '2' }],
    ['lines that end in CR only', 'A=1\rB=2', { A: '1', B: '2' }],
    ['an empty value', 'A=\nB=""\nC= # none\n', { A: '', B: '', C: '' }],
    [
      'a value with =, # and quotes inside',
      'URL=http://a/?b=c#d\nC=it\'s "so"',
      { URL: 'http://a/?b=c#d', C: 'it\'s "so"' },
    ],
    ['comments after values', 'A=1 # one\nB=two\t#\nC=a#b # "x\nD=4', { A: '1', B: 'two', C: 'a#b', D: '4' }],
    ['literal single quotes', "A='a\\n $B #'  # why", { A: 'a\\n $B #' }],
    ['literal backticks', 'A=`it\'s "\\n"`#why', { A: 'it\'s "\\n"' }],
    ['escapes in double quotes', 'A="a\\n\\"b\\" \\\\ \\$C \\x" # why', { A: 'a\n"b" \\ $C \\x' }],
    ['a backslash before the closing quote', 'A="C:\\\\"\nB=2', { A: 'C:\\', B: '2' }],
    [
      'values that span lines',
      'A="one\r\n# two\r\n\r\nB=\\"3\\"" # c\r\nC=\'\n\'\nD=`\nx`\nE=5',
      { A: 'one\n# two\n\nB="3"', C: '\n', D: '\nx', E: '5' },
    ],
    ['a repeated name, whose last value wins', 'A=1\nA=2', { A: '2' }],
    [
      'names that are not JavaScript identifiers',
      '__proto__x=1\nnpm_config.a-b=2',
      { __proto__x: '1', 'npm_config.a-b': '2' },
    ],
  ])('accept %s', (_, text, expected) => {
    expect(parseEnvFile(text, '/etc/app.env')).toEqual(expected);
  });

  test('can set a variable called __proto__', () => {
    expect(Object.entries(parseEnvFile('__proto__=1', ''))).toEqual([['__proto__', '1']]);
  });

  test('with a large value are read in one pass', () => {
    const value = 'a\\"\n'.repeat(1_000_000);
    expect(parseEnvFile(`A="${value}"`, '')['A']).toHaveLength(3_000_000);
  });

  const NAME = 'a name may contain only letters, digits, _, . and -, and must begin with a letter or _';
  test.each<[string, string, string]>([
    ['no assignment', 'A=1\n\nhello world\n', '3: this line has no ='],
    ['an invalid line after a multi-line value', 'A="1\n2"\n\nhello\n', '4: this line has no ='],
    ['code in another language', 'A: secret', '1: this line has no ='],
    ['export without a name', 'export A', '1: this line has no ='],
    ['no name', '=secret', `1: ${NAME}`],
    ['a name with a space', 'A B=secret', `1: ${NAME}`],
    ['a name that begins with a digit', '1A=secret', `1: ${NAME}`],
    ['the next line of a value without quotes', 'A=1\nsec/ret==', `2: ${NAME}`],
    ['an open quote', 'B=1\nA="secret\nC=3\n', '2: the " that opens here has no closing "'],
    ['an open quote that seems to close', 'A="secret\\"', '1: the " that opens here has no closing "'],
    ['a quote that closes with the next one', 'A="secret\nC="3"\n', '2: text follows the closing "'],
    ['text after a quote', "A='secret' x", "1: text follows the closing '"],
    ['NUL', 'A=a\0b', '1: this contains a NUL character'],
    ['UTF-16', Buffer.from('\uFEFFA=1', 'utf16le').toString(), '1: this is not UTF-8 text'],
    ['another encoding', Buffer.from('A=m\xFCller', 'latin1').toString(), '1: this is not UTF-8 text'],
  ])('with %s cause an error that names the line and hides the value', (_, text, expected) => {
    expect(() => parseEnvFile(text, '/etc/app.env')).toThrow(new EnvFileError(`/etc/app.env:${expected}`));
  });
});

describe('the env file reference', () => {
  const rows = [...page.matchAll(/^\| `(.*=.*?)` \| (?:`(.*?)` )?\|/gm)].map(([, line = '', value = '']) => ({
    line,
    value,
  }));

  test.each(rows)('$line', ({ line, value }) => {
    expect(parseEnvFile(line, '')).toEqual({ A: value });
  });

  test('has its examples', () => {
    expect(rows.length).toBeGreaterThan(10);
    const block = /```sh\n(.*?)```/s.exec(page)?.[1] ?? '';
    expect(parseEnvFile(block, '')).toEqual({
      KEY: '-----BEGIN KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END KEY-----',
    });
  });
});
