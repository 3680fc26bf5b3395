import { describe, expect, it } from 'vitest';

import { renderDiagnostics } from '../../../src/cli/render/diagnostics.js';
import type { Diagnostic } from '../../../src/config/index.js';

interface Shown {
  readonly source?: string;
  readonly color?: boolean;
  readonly width?: number;
}

const problem = (facts: Partial<Diagnostic>): Diagnostic => ({
  severity: 'error',
  code: 'wrong-type',
  message: 'timeout takes a duration, not 10.',
  line: 1,
  column: 1,
  path: 'timers.backup.timeout',
  ...facts,
});

const render = (problems: readonly Diagnostic[], { source = '', color = false, width = 80 }: Shown = {}) =>
  renderDiagnostics({ file: 'timers.yaml', source, problems, color, width }).join('\n');

/** The displayed line and the mark under it, without the text before and after. */
function marked(line: string, text: string, width = 80): readonly string[] {
  const start = line.indexOf(text);
  const found = problem({ column: start + 1, endColumn: start + text.length + 1 });
  return render([found], { source: line, width }).split('\n').slice(1, 3);
}

describe('diagnostics', () => {
  it('show place, message, source line, mark, fix and count', () => {
    const source = 'timers:\n  backup:\n    timeout: 10\n    cwd: /nope\n';
    const timeout = problem({
      line: 3,
      column: 14,
      endColumn: 16,
      hint: 'It needs a unit: 10s for seconds, 10m for minutes.',
    });
    const cwd = problem({
      severity: 'warning',
      code: 'missing-cwd',
      line: 4,
      column: 10,
      endColumn: 15,
      message: 'cwd: /nope does not exist.',
    });
    expect(render([timeout, cwd], { source })).toBe(
      [
        'timers.yaml:3:14  error  timeout takes a duration, not 10.',
        '  3 |     timeout: 10',
        '    |              ^^',
        '  hint: It needs a unit: 10s for seconds, 10m for minutes.',
        '',
        'timers.yaml:4:10  warning missing-cwd  cwd: /nope does not exist.',
        '  4 |     cwd: /nope',
        '    |          ^^^^^',
        '',
        '1 error, 1 warning in timers.yaml',
        '',
      ].join('\n'),
    );
  });

  it('are empty if there are no problems', () => {
    expect(render([])).toBe('');
  });

  it('omit the source line if there is no text', () => {
    expect(render([problem({ message: 'The file is empty.' })])).toBe(
      'timers.yaml:1:1  error  The file is empty.\n\n1 error in timers.yaml\n',
    );
  });

  it('omit the place if there is no file', () => {
    const text = renderDiagnostics({
      file: undefined,
      source: '',
      problems: [problem({ message: 'Nothing found.' })],
      color: false,
    }).join('\n');
    expect(text).toBe('error  Nothing found.\n\n1 error\n');
  });

  it('wrap long messages between words', () => {
    const message = 'word '.repeat(30).trim();
    const lines = render([problem({ message, hint: message })]).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join(' ').match(/word/g)).toHaveLength(60);
  });

  it('use color only on request', () => {
    const coloured = render([problem({ endColumn: 4 })], { source: 'abc', color: true });
    expect(coloured).toContain('\u001b[31m');
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(render([problem({ endColumn: 4 })], { source: 'abc' }));
  });
});

describe('the error mark', () => {
  it.each([
    ['a tab before it', '\ta: 10', '10', '  1 |     a: 10', '    |        ^^'],
    ['a tab inside the line', 'ab\t: 10', '10', '  1 | ab  : 10', '    |       ^^'],
    ['wide characters before it', '日本: 10', '10', '  1 | 日本: 10', '    |       ^^'],
    ['wide characters under it', 'a: 日本', '日本', '  1 | a: 日本', '    |    ^^^^'],
    ['a combined character before it', 'e\u0301: 10', '10', '  1 | e\u0301: 10', '    |    ^^'],
    ['an emoji before it', '😀: 10', '10', '  1 | 😀: 10', '    |     ^^'],
    ['an escape sequence before it', '\u001b[31m: 10', '10', '  1 | ␛[31m: 10', '    |        ^^'],
    ['a control character under it', 'a: x\u0007', 'x\u0007', '  1 | a: x␇', '    |    ^^'],
    ['a turned text', 'a\u202eb: 10', '10', '  1 | a<U+202E>b: 10', '    |             ^^'],
    ['an eight-bit control', '\u009b31m: 10', '10', '  1 | <U+009B>31m: 10', '    |              ^^'],
    ['a lone surrogate', '\ud800: 10', '10', '  1 | <U+D800>: 10', '    |           ^^'],
  ])('is aligned with the error if there is %s', (_what, line, text, shown, mark) => {
    expect(marked(line, text)).toEqual([shown, mark]);
  });

  it('is aligned with the error on a line that ends in CRLF', () => {
    const found = problem({ line: 2, column: 4, endColumn: 6 });
    expect(render([found], { source: 'x: 1\r\na: 10\r\n' }).split('\n').slice(1, 3)).toEqual([
      '  2 | a: 10',
      '    |    ^^',
    ]);
  });

  it('is at the end of the line if something is missing', () => {
    expect(
      render([problem({ column: 3 })], { source: 'a:' })
        .split('\n')
        .slice(1, 3),
    ).toEqual(['  1 | a:', '    |   ^']);
  });

  it.each([
    ['at the beginning', `here${'x'.repeat(300)}`],
    ['in the middle', `${'x'.repeat(150)}here${'x'.repeat(150)}`],
    ['at the end', `${'x'.repeat(300)}here`],
  ])('is visible in a long line if the error is %s', (_where, line) => {
    const [shown = '', mark = ''] = marked(line, 'here');
    expect(shown.length).toBeLessThanOrEqual(80);
    expect(shown).toContain('…');
    expect(shown.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('here');
  });

  it('is cut at the end of the line if the marked text is longer', () => {
    const [shown = '', mark = ''] = marked(`a: ${'x'.repeat(300)}`, 'x'.repeat(300));
    expect(shown.length).toBeLessThanOrEqual(80);
    expect(mark.length).toBeLessThanOrEqual(80);
  });
});

describe('control characters of the file are escaped', () => {
  it.each(['message', 'hint'] as const)('in the %s', (field) => {
    const text = render([problem({ [field]: 'a\u001b]0;x\u0007b\nc\r\u009bd' })]);
    expect(text.split('\n').join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
  it('in the file name', () => {
    const text = renderDiagnostics({
      file: 'a\u001b[2J.yaml',
      source: '',
      problems: [problem({})],
      color: false,
    }).join();
    expect(text).not.toContain('\u001b');
  });
});

describe('the quoted source line', () => {
  const quotedLine = (line: string, text: string, above = '') => {
    const lines = [...(above === '' ? [] : above.split('\n')), line];
    const start = line.indexOf(text);
    const found = problem({ line: lines.length, column: start + 1, endColumn: start + text.length + 1 });
    const [, shown = '', mark = ''] = render([found], { source: lines.join('\n'), width: 120 }).split('\n');
    const from = shown.indexOf('| ') + 2;
    return [shown.slice(from), shown.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)];
  };

  it.each([
    ['sentry: https://k3y@o1.ingest.sentry.io/42', 'sentry: https://***@o1.ingest.sentry.io/…'],
    ['ping: https://user:pa/ss@hc.example/abc?x=1', 'ping: https://***@hc.example/…'],
    ['healthchecks: https://hc-ping.com/uuid-uuid', 'healthchecks: https://hc-ping.com/…'],
    ['run: curl -x user:s3cret@proxy:3128 http://a.example', 'run: curl -x ***@proxy:3128 http://a.example'],
    ['run: PGPASSWORD=s3cret pg_dump', 'run: PGPASSWORD=*** pg_dump'],
    ['run: deploy --api-token s3cret --now', 'run: deploy --api-token *** --now'],
    ['run: "curl -H \'Authorization: Bearer s3cret\' a"', 'run: "curl -H \'Authorization: Bearer ***\' a"'],
    ['token_file: ./token', 'token_file: ./token'],
    [
      'a: {every: 5x, env: {A: s3cret, B: "s3, }cret", C: "${REF}x"}, run: x}',
      'a: {every: 5x, env: {A: ***, B: ***, C: ***${REF}***}, run: x}',
    ],
    ['{"env": {"A": "s3cret"}, "every": "5x"}', '{"env": {"A": ***}, "every": "5x"}'],
    ['cron: "*/5 * * * *"', 'cron: "*/5 * * * *"'],
  ])('hides secrets: %s', (line, shown) => {
    expect(quotedLine(line, line.slice(0, 1))[0]).toBe(shown);
  });

  it.each([
    ['      A: s3cret', '      A: ***', '    env:'],
    ['      A: pre-${REF}-s3cret # why', '      A: ***${REF}***', '    env:\n      B: c\n'],
    ['        s3cret', '        ***', '    env:\n      A: |'],
    ['      "A": "s3cret",', '      "A": ***', '    "env": {'],
    ['    every: 5x', '    every: 5x', '    env:\n      A: b'],
  ])('hides values of env: %s', (line, shown, above) => {
    expect(quotedLine(line, line.trim().slice(0, 1), `  job:\n${above}`)[0]).toBe(shown);
  });

  it.each([
    ['ping: https://user:s3cret@host/path every: 5x', '5x', '…'],
    ['sentry: {dsn: https://k3y@host/1, on: nothing}', 'nothing', 'nothing'],
    ['ping: {dsn: "https://k3y@host/1"}', 'https://k3y@host/1', 'https://***@host/…'],
    ['a: {env: {A: s3cret, B: ${REF}}}', '${REF}', '${REF}'],
    ['a: {env: {A: s3cret}}', 's3cret', '***'],
    ['sentry: https://k3y@host/1', 'https://k3y@host/1', 'https://***@host/…'],
  ])('is marked at the right column: %s', (line, text, marked) => {
    const [shown, below] = quotedLine(line, text);
    expect(shown).not.toMatch(/s3cret|k3y/);
    if (marked !== '…') expect(below).toBe(marked);
    else expect(below).toBe(text);
  });
});
