import type { CodeEntry } from './entry.js';

/** Codes about the file as a whole. */
export const FILE_CODES = {
  'file-not-found': {
    summary: 'There is no timer file at this path, or none in the current folder and those above it.',
    fix: 'Pass one with `--file`, or create one with `timers init`.',
  },
  'file-unreadable': {
    summary: 'The timer file cannot be read.',
    fix: 'Give your user permission to read it and to enter its folders.',
  },
  'file-too-large': {
    summary: 'The file is too large for a timer file.',
    fix: 'Check the path. [Limits](limits.md) lists the maximum size.',
  },
  'bad-signature': {
    summary: 'The timer file from `--from` has no signature, or one that does not match `--verify-key`.',
    fix: 'Sign the file with the private key that matches the public key.',
  },
  'file-not-kept': {
    summary: 'The copy of the timer file from `--from` cannot be written.',
    fix: 'Free up disk space, or make the folder of the copy writable.',
  },
  'copy-unusable': {
    summary: 'The copy of the timer file from `--from` is damaged, not signed, or from another URL.',
    fix: 'Start again when the server can be reached: its response replaces the copy.',
  },
  'server-unreachable': {
    summary: 'The `--from` server cannot be reached, or does not have the file.',
    fix: 'Check the URL, the network and the token.',
  },
  'is-a-directory': { summary: 'The path is a folder.', fix: 'Use the path of a file.' },
  'not-a-regular-file': {
    summary: 'The path is a device, a socket or a pipe.',
    fix: 'Use a regular file. Only `timers validate` reads a pipe.',
  },
  'is-a-program': {
    summary: 'The path is a program, such as a `.js` file.',
    fix: 'Write the timers as YAML or JSON. `timers` never executes a timer file.',
  },
  'nul-byte': { summary: 'The file contains a NUL byte, so it is not text.', fix: 'Check the path and the encoding.' },
  'not-utf-8': { summary: 'The file is not UTF-8 text.', fix: 'Save it as UTF-8.' },
  'foreign-file': {
    summary: 'The timer file that was found belongs to another user.',
    fix: 'If you trust it, pass it with `--file`.',
  },
  'writable-by-others': {
    severity: 'either',
    summary:
      'Other users can change the file, an environment file, a token or password file, or a folder above one of them.',
    fix: 'Remove their write permission; the message shows the command.',
  },
  'empty-file': { summary: 'The file is empty.', fix: 'Add `timers:` with one timer.', example: '# later' },
  'not-a-map': {
    summary: 'The top level of the file is not a map.',
    fix: 'Begin the file with `timers:`.',
    example: '- backup',
  },
  'no-timers': {
    summary: 'The file has no timers.',
    fix: 'Add `timers:` with one timer.',
    example: 'timezone: UTC',
  },
  'json-syntax': {
    summary: 'A `.json` file is not valid JSON.',
    fix: 'Fix the character that the message names, or use YAML.',
  },
  'several-documents': {
    summary: 'A second YAML document begins with `---`.',
    fix: 'Remove the line, or move the rest to a separate file.',
    example: 'timers: { ping: { every: 1h, run: "true" } }\n---\ntimers: {}',
  },
  'merge-conflict': {
    summary: 'The file has a Git conflict marker.',
    fix: 'Resolve the conflict and remove the markers.',
    example: '<<<<<<< HEAD\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'too-many-problems': {
    summary: 'The file has more problems than `timers` reports.',
    fix: 'Fix the reported ones and check the file again.',
  },
  'internal-error': {
    summary: 'This part cannot be read because of a bug in `timers`.',
    fix: 'Report it with the output of `timers validate --json`.',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
