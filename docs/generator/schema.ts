import { generatedFrom, table } from './markdown.js';

/** A kind of fault that `timers validate` rejects but a schema cannot. */
interface Beyond {
  readonly what: string;
  /** The codes of its diagnostics. */
  readonly codes: readonly string[];
  /** If present, only messages that match count. */
  readonly about?: RegExp;
}

export const BEYOND: readonly Beyond[] = [
  {
    what: 'The syntax of YAML and JSON beyond the values: tags, directives, comments in JSON.',
    codes: ['bad-directive', 'custom-tag', 'json-syntax', 'nul-character', 'several-documents'],
  },
  {
    what: 'The content of a cron expression, such as `61` for a minute.',
    codes: [
      ...['assignment', 'aws', 'character', 'command', 'empty', 'fields', 'hash', 'item', 'never', 'only-in-gaps'],
      ...['range', 'shorthand', 'step', 'too-long'],
    ].map((word) => `cron-${word}`),
  },
  {
    what: 'Whether a point in time exists, such as `2027-02-30`.',
    codes: ['timestamp-date', 'timestamp-form', 'timestamp-gap', 'timestamp-time'],
  },
  { what: 'Whether a time zone exists.', codes: ['unknown-timezone'] },
  {
    what: 'Which characters a label of workers may have, and that `run_on` and `clock.state` need a shared state.',
    codes: ['bad-label', 'no-state-clock', 'run-on-without-redis'],
  },
  {
    what: 'How long a duration is: the bounds of `every`, `heartbeat.every` and `clock.poll`, and 100 years for all.',
    codes: ['bad-duration', 'every-too-short'],
    about: /must (?:be|last) from|longer than 100 years|too long|shorter than/,
  },
  {
    what: 'Whether `every` with `at` has whole days or weeks, and a day of the week that exists.',
    codes: ['every-at'],
    about: /whole number|day of the week/,
  },
  {
    what: 'Host names, ports, sockets and the parts of URLs.',
    codes: ['bad-address', 'bad-dsn', 'bad-header', 'bad-server', 'bad-url', 'unknown-placeholder'],
  },
  {
    what: 'Values that depend on each other: `max_delay` and `delay`, `not_before` and `not_after`, `forward` and `state: false`, a server named twice.',
    codes: ['bad-value', 'duplicate-server', 'empty-window', 'needs-state'],
    about: /max_delay|not_after|listed twice|forward/,
  },
  {
    what: 'Maps that `defaults` may complete: `breaker` without `failures`, `notify` without a receiver.',
    codes: ['missing-failures', 'missing-receiver'],
  },
  {
    what: 'This machine: files, folders, users, root, files with secrets, and the environment.',
    codes: [
      ...['bad-env-file', 'bad-protocol', 'bad-shell', 'missing-env-file', 'needs-root', 'needs-token', 'no-token'],
      ...[
        'not-a-directory',
        'no-password',
        'not-a-file',
        'short-token',
        'unknown-group',
        'unknown-user',
        'unreadable-env-file',
      ],
    ],
  },
];

/** Renders the page about the schema. */
export const renderSchema = (): string => `${generatedFrom('docs/generator/schema.ts')}

# Schema for editors

\`timers schema\` prints a JSON Schema (draft 2020-12) of the timer file. An editor with the YAML language server uses it
to complete keys, explain them and mark errors.

## Use it in an editor

\`timers init\` writes the schema next to the file and refers to it in the first line:

\`\`\`yaml
# yaml-language-server: $schema=./timers.schema.json
timers:
  heartbeat: { every: 10s, run: echo "still here" }
\`\`\`

For a file that you already have:

1. Write the schema next to it: \`timers schema > timers.schema.json\`
2. Add the first line above.

Nothing is loaded from the network. After an update of \`timers\`, write the schema again.

## What a schema cannot say

The schema never rejects a file that \`timers validate\` accepts, with one exception: it checks \`defaults\` even if every timer
sets the key itself. \`timers validate\` also rejects these:

${table(
  ['what', 'codes'],
  [
    ['A value with a variable, such as `${PORT}`: the schema accepts it anywhere except in commands.', 'any'],
    ...BEYOND.map(({ what, codes }) => [what, codes.map((code) => `\`${code}\``).join(', ')]),
    ['Bounds that protect `timers` from malicious files.', '`alias-bomb`, `too-deep`, `too-many-values`'],
  ],
)}

Nor can a schema express warnings.
`;
