import { describe, expect, it } from 'vitest';

import { backup, load, table, type Row } from './diagnose.js';

const inBackup = (rows: readonly Row[]) => table(rows, backup);

describe('strings that need quotes', () => {
  inBackup([
    ['cron: * * * * *\nrun: x', '3:11 needs-quotes', 'Quote it: cron: "* * * * *"'],
    ['cron: */5 * * * *\nrun: x', '3:11 needs-quotes', 'Quote it: cron: "*/5 * * * *"'],
    ['cron: */5\nrun: x', '3:11 unknown-alias', 'Quote it: cron: "*/5"'],
    ['cron: *\nrun: x', '3:11 needs-quotes', '"*"'],
    ['cron: @daily\nrun: x', '3:11 needs-quotes', 'Quote it: cron: "@daily"'],
    ['cron:\n  - * * * * *\nrun: x', '4:9 needs-quotes', '"* * * * *"'],
    ['cron: [* * * * *]\nrun: x', '3:12 needs-quotes', '"* * * * *"'],
    ['every: 1m\nrun: echo: hello', '4:10 needs-quotes', 'Quote it: run: "echo: hello"'],
    ['every: 1m\nrun: curl -H "Accept: text/html" x', '4:10 needs-quotes', `'curl -H "Accept: text/html" x'`],
    ['every: 1m\nrun: `date`', '4:10 needs-quotes', 'reserved'],
    ['every: 1m\nrun: %d', '4:10 needs-quotes', 'directive'],
    ['every: 1m\nrun: && true', '4:10 needs-quotes', 'anchor'],
    ['every: 1m\nrun: , x', '4:10 needs-quotes', 'Quote it'],
    ['every: 1m\nrun: !important x', '4:10 custom-tag', 'Quote it: run: "!important x"'],
    ['every: 1m\nrun: "my prog" --all', '4:10 text-after-value', `Quote it: run: '"my prog" --all'`],
    ["every: 1m\nrun: 'it's late'", '4:10 text-after-value', 'Quote it'],
    ['every: 1m\nrun: [ -f x ] && y', '4:10 text-after-value', 'Quote it: run: "[ -f x ] && y"'],
    ['every: 1m\nrun: {a} x', '4:10 text-after-value', 'map ends'],
    ['every: 1m\nrun: > ls', '4:10 text-after-block', 'next line'],
    ['every: 1m\nrun: | ls', '4:10 text-after-block', 'next line'],
    ['every: 1m\nrun: - ls', '4:10 list-on-key-line', 'brackets'],
    ['every: 1m\nrun: {{ command }}', '4:11 bad-key', 'template'],
    ['every: 1m\nrun: *later', '4:10 unknown-alias', 'Quote'],
  ]);

  it('do not hide later errors', () => {
    const text = backup('cron: */5 * * * *\nrun: echo: x\ntimeout: 10\noverlap: skpi');
    expect(load(text).problems.map(({ line, code, path }) => [line, code, path])).toEqual([
      [3, 'needs-quotes', 'timers.backup.cron'],
      [4, 'needs-quotes', 'timers.backup.run'],
      [5, 'wrong-type', 'timers.backup.timeout'],
      [6, 'bad-value', 'timers.backup.overlap'],
    ]);
  });

  it('do not include strings that only look alike', () => {
    const text = backup('every: 1m\nrun: |\n  cron: * * * * *\n  @daily `date`\ndescription: a*b @c d`e #f');
    expect(load(text).problems).toEqual([]);
  });
});

describe('quotes and brackets', () => {
  inBackup([
    ['every: 1m\nrun: "abc', '4:10 unclosed-quote', 'not closed'],
    ["every: 1m\nrun: 'abc", '4:10 unclosed-quote', 'not closed'],
    ['every: "1m\nrun: "abc"', '3:12 unclosed-quote', 'not closed'],
    ['every: "1m\n  run: abc\n  timeout: "5m"', '3:12 unclosed-quote', 'line 5'],
    ['every: 1m\nrun: "\\d+"', '4:11 bad-escape', 'twice'],
    ['every: 1m\nrun: [a, b', '4:10 unclosed-bracket', ']'],
    ['every: 1m\nrun: [a, b\ntimeout: 5m', '4:10 unclosed-bracket', ']'],
    ['every: 1m\nretry: {attempts: 3', '4:12 unclosed-bracket', '}'],
    ['every: 1m\nrun: [x}', '4:12 crossed-brackets', 'This } cannot close the [ of line 4, column 10. Write ]'],
    ['every: 1m\nretry: {attempts: 3, on: [1}\ntimeout: 5m', '4:32 crossed-brackets', 'Write ] here'],
    ['every: 1m\nrun: a]\nenv: ]', '5:10 stray-bracket', 'closes nothing'],
  ]);
  table([
    ['timers: {a: {every: 10s run: x}}', '1:25 missing-comma', 'comma'],
    ['timers: {a: {every: 10s, run: x}', '1:9 unclosed-bracket', '}'],
    ['timers: {a: {cron: * * * * *, run: x}}', '1:20 needs-quotes', 'cron: "* * * * *"'],
    ['timers: {a: {every: 1m, run: echo a, b}}', '1:38 unknown-key', 'quote that text'],
    ['timers:\n  a: {every: 1m, run: x},\n  b: {every: 1m, run: x}', '2:6 stray-comma', 'comma'],
  ]);
});

describe('colons and indentation', () => {
  inBackup([
    ['every:10s\nrun: x', '3:5 missing-space', 'Write every: 10s'],
    ['every: 10s\nrun:x', '4:5 missing-space', 'Write run: x'],
    ['every 10s\nrun: x', '3:5 missing-colon', 'Write every: 10s'],
    ['every = 10s\nrun: x', '3:5 missing-colon', 'Write every: 10s'],
    ['{every:10s, run:x}', '3:6 missing-space', 'Write every: 10s', '3:17 missing-space'],
    ['{every:"10s", run: x}', '3:6 missing-space', 'Write every: "10s"'],
    ['every: 10s\n  run: x', '4:7 bad-indent', 'same column'],
    ['every: 10s\n run: x', '4:6 bad-indent', 'same column'],
    ['every: 10s\nrun: |\n  a\nb', '6:5 missing-colon', 'indent'],
    ['\tevery: 10s\nrun: x', '3:1 tab-indent', 'spaces'],
    ['every: 10s\n\trun: x', '4:1 tab-indent', 'spaces'],
  ]);
  table([
    ['timers:\n  a\n    every: 1m\n    run: x', '2:3 missing-colon', 'Write a: …'],
    [
      'timers:\n    a:\n      every: 1m\n      run: x\n  b:\n    every: 1m\n    run: x',
      '5:3 bad-indent',
      'matches none',
    ],
    ['timers:\n\ta:\n\t\tevery: 1m', '2:1 tab-indent', 'spaces', '3:1 tab-indent'],
    ['timers:\n  a:\n  every: 1m\n  run: x', '2:3 wrong-type', 'empty', '3:3 bad-indent', '4:3 bad-indent'],
    ['timers:\n  a:\n    every: 1m\n    run: x\n  run: y', '5:3 bad-indent', 'indent it further'],
    ['timers:\na:\n  every: 1m\n  run: x', '1:1 no-timers', 'empty', '2:1 unknown-key'],
  ]);
});

describe('several keys on one line', () => {
  table([
    ['timers:\n  backup: every: 10s\n', '2:11 key-on-key-line', 'next line'],
    ['timers: backup:\n  every: 10s', '1:9 key-on-key-line', 'next line', '2:3 bad-indent'],
  ]);
});

describe('characters that look like others', () => {
  inBackup([
    ['every:\u00a010s\nrun: x', '3:11 odd-character', 'U+00A0 (no-break space). It only looks like a space'],
    ['every\uff1a 10s\nrun: x', '3:10 odd-character', 'U+FF1A (fullwidth colon). It only looks like ":"'],
    ['every: 10s\u2028    run: x', '3:15 odd-character', 'U+2028 (line separator). It does not end a line'],
    ['every: 10s\nrun: x\n\u0441wd: /', '5:5 unknown-key', 'U+0441 (Cyrillic). It only looks like "c"'],
    ['\u0435very: 10s\nrun: x', '3:5 unknown-key', 'U+0435 (Cyrillic). It only looks like "e"'],
    ['every: 10s\nrun: x\ntimeout\u200b: 5m', '5:5 unknown-key', 'U+200B (zero width space). It is invisible'],
    ['every: 10s\nrun: x\ndescription: "\u0435: b', '5:18 unclosed-quote', 'not closed'],
  ]);
  inBackup([['every: “1m”\nrun: x', '~3:12 typographic-quotes', 'not a quote', '3:12 bad-duration']]);
  table([
    ['timers: {a: {every: 1m, run: x, \u00a0tags: [b]}}', '1:33 unknown-key', 'U+00A0'],
    ['\ufeff\ufefftimers: {a: {every: 1m, run: x}}', '1:2 unknown-key', 'U+FEFF'],
  ]);
});

describe('lines that end in CR only', () => {
  table([['timers:\r  a:\r    every: 10s\r    run: x\r    timout: 5m\r', '5:5 unknown-key', 'timeout']]);
});

describe('comments in a syntax that YAML lacks', () => {
  inBackup([
    ['every: 10s\n// mine\nrun: x', '4:5 foreign-comment', 'begins with #'],
    ['every: 10s // often\nrun: x', '3:12 bad-duration', 'begins with #'],
  ]);
  table([['timers:\n  a: { // mine\n    every: 10s, run: x}', '2:8 foreign-comment', 'begins with #']]);
});

describe('merge conflict markers', () => {
  const ours = '<<<<<<< HEAD\n    every: 10s\n=======\n    every: 20s\n>>>>>>> theirs\n';
  table([
    [`timers:\n  a:\n${ours}    run: x\n`, '3:1 merge-conflict', 'both sides'],
    [`timers:\n  a:\n${ours}    run: x\n  b:\n${ours}`, '3:1 merge-conflict', 'Keep one', '10:1 merge-conflict'],
  ]);
});

describe('duplicate keys', () => {
  table([
    ['timers:\n  a: {every: 1m, run: x}\n  a: {every: 1m, run: x}', '3:3 duplicate-key', 'line 2'],
    ['timers: {a: {every: 1m, run: x}}\ntimers: {}', '2:1 duplicate-key', 'line 1'],
    ['timers:\n  a:\n    every: 1m\n    run: x\n    run: y', '5:5 duplicate-key', 'line 4'],
    ['timers: {a: {every: 1m, run: x, env: {A: 1, "A": 2}}}', '1:45 duplicate-key', 'duplicate key'],
    ['timers:\n  a: {every: 1m, run: x}\n  "a": {every: 1m, run: x}', '3:3 duplicate-key', 'line 2'],
  ]);
});

describe('YAML features that a timer file does not support', () => {
  table([
    ['timers: {a: {every: 1m, run: x}}\n---\ntimers: {}', '2:1 several-documents', 'one'],
    ['timers: {a: {every: 1m, run: x}}\n---\n', '2:1 several-documents', 'one'],
    ['timers: {a: {every: 1m, run: !!js/function "x"}}', '1:30 custom-tag', 'plain data'],
    ['timers: {a: {every: 1m, run: !!binary aGk=}}', '1:30 custom-tag', 'plain data'],
    ['timers: !!set {a}', '1:9 custom-tag', 'plain data'],
    ['timers: !!python/object:os.system {a: 1}', '1:9 custom-tag', 'plain data'],
    ['%FOO\n---\ntimers: {a: {every: 1m, run: x}}', '1:1 bad-directive', 'unknown'],
    ['%YAML 1.1\n---\ntimers: {a: {every: 1m, run: x, enabled: yes}}', '3:42 wrong-type', 'write true'],
    ['? [a]\n: b', '1:3 bad-key', 'plain text'],
    ['timers: {a: &a {every: 1m, run: *a}}', '1:33 alias-cycle', 'inside'],
    ['timers: {a: {<<: foo, every: 1m, run: x}}', '1:18 bad-merge', 'maps'],
    ['timers: {a: {<<: *foo, every: 1m, run: x}}', '1:18 unknown-alias', 'anchor'],
    ['timers: {a: {<<: *foo}}', '1:18 unknown-alias', 'anchor'],
    ['timers: {a: {<<: [*foo]}, b: *foo}', '1:19 unknown-alias', 'anchor', '1:30 unknown-alias'],
  ]);
});

describe('valid files', () => {
  it.each([
    ['anchors and aliases', 'timers:\n  a: &a {every: 1m, run: x}\n  b: *a'],
    ['merge keys', 'timers:\n  a: &a {every: 1m, run: x}\n  b: {<<: *a, every: 5m}'],
    ['lists of merge keys', 'timers:\n  a: &a {every: 1m, run: x}\n  b: &b {in: 5m, run: y}\n  c: {<<: [*a], cwd: /}'],
    ['a place for anchors', 'x-base: &base {every: 1m}\ntimers:\n  a: {<<: *base, run: x}'],
    ['CRLF', 'timers:\r\n  a:\r\n    every: 1m\r\n    run: x\r\n'],
    ['document markers', '---\ntimers: {a: {every: 1m, run: x}}\n...\n'],
    ['no line break at the end', 'timers: {a: {every: 1m, run: x}}'],
    ['comments', '# a\ntimers: # b\n  # c\n  a: {every: 1m, run: x} # d\n'],
    ['a quote that spans lines', 'timers:\n  a:\n    every: 1m\n    run: "one\n      two"'],
    ['JSON', '{"timers": {"a": {"every": "1m",\n\t"run": "x"}}}'],
    ['explicit core tags', 'timers: {a: {every: !!str 1m, run: !!str 5}}'],
  ])('are accepted with %s', (_what, text) => {
    const { problems, timerFile } = load(text);
    expect(problems).toEqual([]);
    expect(timerFile?.jobs.length).toBeGreaterThan(0);
  });
});
