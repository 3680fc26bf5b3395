import type { CodeEntry } from './entry.js';

/** Codes about YAML. */
export const YAML_CODES = {
  'yaml-syntax': {
    summary: 'This text does not belong here.',
    fix: 'Check the indentation, the quotes and the brackets of this line and the line above.',
  },
  'bad-indent': {
    summary: 'The indentation of a line matches none of the lines above.',
    fix: 'Start keys of the same map in the same column.',
    example: 'timers:\n  backup:\n    every: 1h\n   run: ./backup.sh',
  },
  'tab-indent': {
    summary: 'A line is indented with a tab.',
    fix: 'Indent with spaces.',
    example: 'timers:\n\tbackup: { every: 1h, run: ./backup.sh }',
  },
  'missing-colon': {
    summary: 'A line in a map has no colon.',
    fix: 'Write `key: value`.',
    example: 'every 1h\nrun: ./backup.sh',
  },
  'missing-space': {
    summary: 'There is no space after the colon of a key.',
    fix: 'Write `key: value`, with a space.',
    example: 'every:1h\nrun: ./backup.sh',
  },
  'missing-comma': {
    summary: 'There is no comma between two values in brackets.',
    fix: 'Add the comma.',
    example: '{ every: 1h run: ./backup.sh }',
  },
  'stray-comma': {
    summary: 'A line ends with a comma.',
    fix: 'Remove the comma. Commas separate values only inside brackets.',
    example: 'every: "1h",\nrun: ./backup.sh',
  },
  'stray-bracket': {
    summary: 'A bracket closes nothing.',
    fix: 'Remove it, or add the opening one.',
    example: 'every: 1h\nrun: ./backup.sh\n]',
  },
  'unclosed-bracket': {
    summary: 'A bracket is not closed.',
    fix: 'Add `]` or `}`.',
    example: 'every: 1h\nrun: [./backup.sh, --all',
  },
  'crossed-brackets': {
    summary: 'A bracket is closed by a bracket of another kind.',
    fix: 'Close `[` with `]` and `{` with `}`.',
    example: 'every: 1h\nrun: [./backup.sh}',
  },
  'block-in-brackets': {
    summary: 'A list or map without brackets is inside brackets.',
    fix: 'Write it in brackets too.',
  },
  'unclosed-quote': {
    summary: 'A quote is not closed.',
    fix: 'Add the closing quote.',
    example: 'every: 1h\nrun: "./backup.sh',
  },
  'needs-quotes': {
    summary: 'A character in this text has a special meaning in YAML.',
    fix: 'Quote the text.',
    example: 'cron: * * * * *\nrun: ./backup.sh',
  },
  'bad-escape': {
    summary: 'A quoted string contains an unknown escape sequence.',
    fix: 'Write `\\\\` for a backslash, or use single quotes.',
    example: 'every: 1h\nrun: "C:\\jobs"',
  },
  'text-after-value': {
    summary: 'Text follows a complete value.',
    fix: 'Quote the whole value, or remove the rest.',
    example: 'every: 1h\nrun: "./backup.sh" --all',
  },
  'text-after-block': {
    summary: 'Text follows `|` or `>` on the same line.',
    fix: 'Start the text on the next line, indented.',
    example: 'every: 1h\nrun: | ./backup.sh',
  },
  'list-on-key-line': {
    summary: 'A list with `-` starts on the same line as its key.',
    fix: 'Start it on the next line, or write it in brackets.',
    example: 'every: 1h\nrun: - ./backup.sh',
  },
  'key-on-key-line': {
    summary: 'A key follows another key on one line.',
    fix: 'Move it to the next line, indented.',
    example: 'timers:\n  backup: every: 1h',
  },
  'foreign-comment': {
    summary: 'A comment begins with `//`.',
    fix: 'Begin it with `#`.',
    example: 'every: 1h\n// nightly\nrun: ./backup.sh',
  },
  'odd-character': {
    summary: 'A character looks like one that has a meaning in YAML, but is a different one.',
    fix: 'Type it again. The message names it.',
    example: 'every:\u00a01h\nrun: ./backup.sh',
  },
  'typographic-quotes': {
    severity: 'warning',
    summary: 'A string begins with a typographic quote, which is not a quote in YAML.',
    fix: 'Write `"` or `\'`.',
    example: 'every: 1h\nrun: “./backup.sh”',
  },
  'leading-zero': {
    severity: 'warning',
    summary: 'A number begins with 0, and is read as decimal, not octal.',
    fix: 'Write the number without the zero.',
    example: 'every: 1h\nrun: ./backup.sh\nmax_runs: 010',
  },
  'nul-character': {
    summary: 'A string contains a NUL character, which no program can receive.',
    fix: 'Remove it.',
    example: 'every: 1h\nrun: "a\\0b"',
  },
  'bad-key': {
    summary: 'A key is a list, a map or an alias.',
    fix: 'Use plain text. Quote a template such as `{{ name }}`.',
    example: 'timers: { [a]: { every: 1h, run: "true" } }',
  },
  'duplicate-key': {
    summary: 'A map has the same key twice.',
    fix: 'Remove one of them.',
    example: 'every: 1h\nevery: 2h\nrun: ./backup.sh',
  },
  'custom-tag': {
    summary: 'A value begins with a YAML tag.',
    fix: 'Quote the value, or remove the tag.',
    example: 'every: 1h\nrun: !backup all',
  },
  'bad-directive': {
    summary: 'A line with `%` is an unknown YAML directive.',
    fix: 'Remove it.',
    example: '%FOO\n---\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'unknown-alias': {
    summary: 'An alias refers to an anchor that does not exist above.',
    fix: 'Quote the text, or add the anchor.',
    example: 'every: 1h\nrun: *backup',
  },
  'alias-cycle': {
    summary: 'An alias is inside its own anchor.',
    fix: 'Write the value out.',
    example: 'timers: { backup: &a { every: 1h, run: *a } }',
  },
  'alias-bomb': { summary: 'The aliases expand to too many values.', fix: 'Write the values out.' },
  'bad-merge': {
    summary: '`<<` merges something that is not a map.',
    fix: 'Give it an alias to a map, or a list of aliases.',
    example: 'timers: { ping: { <<: fast, every: 1h, run: "true" } }',
  },
  'too-many-values': { summary: 'The file has too many values.', fix: 'Split the file.' },
  'too-deep': { summary: 'Values are nested too deeply.', fix: 'Check the brackets: no key needs values this deep.' },
} as const satisfies Readonly<Record<string, CodeEntry>>;
