import { describe, expect, test } from 'vitest';

import { readableFile } from '../../src/config/index.js';
import { load, machine } from './diagnose.js';

/** The readable part of a file with errors. */
function readable(text: string, path?: string) {
  const loaded = load(text, path);
  expect(loaded.timerFile, 'the file has an error').toBeUndefined();
  const file = readableFile(loaded, machine);
  return (
    file && {
      jobs: file.jobs.map(({ name }) => name),
      unread: file.unread,
      timezone: file.settings.timezone,
      state: file.isStateKnown ? file.settings.state : 'unknown',
    }
  );
}

const TOP = 'timezone: Asia/Tokyo\nstate: ./s.db\n';
const READ = { timezone: 'Asia/Tokyo', state: { kind: 'file', path: '/etc/s.db' } };

describe('a timer is readable despite errors that its times do not depend on', () => {
  test.each([
    'env: { PASSWORD: "${SECRET}" }',
    'cwd: "${FOLDER}"',
    'timeout: "${TIMEOUT}"',
    'timeout: 5x',
    'user: root',
    'env_file: /etc/there-is-none',
    'ping: "${PING_URL}"',
    'notify: { webhook: "${HOOK}" }',
  ])('%s', (line) => {
    const text = `${TOP}timers:\n  backup:\n    every: 1h\n    run: x\n    ${line}\n`;
    expect(readable(text)).toEqual({ jobs: ['backup'], unread: [], ...READ });
  });

  test('even in defaults', () => {
    const text = `${TOP}defaults: { env: { A: "\${SECRET}" } }\ntimers: { backup: { every: 1h, run: x } }\n`;
    expect(readable(text)).toEqual({ jobs: ['backup'], unread: [], ...READ });
  });
});

describe('a timer with unreliable times is named, and the others are readable', () => {
  test.each([
    'every: "${EVERY}"',
    'every: 1h\n    jitter: "${JITTER}"',
    'every: 1h\n    timezone: "${ZONE}"',
    'every: 1h\n    enabeld: false',
    'evry: 1h',
    'every: 1h\n    every: 2h',
    'every: 1h\n    enabled: "${ON}"',
  ])('because of %s', (lines) => {
    const text = `${TOP}timers:\n  odd.one:\n    ${lines}\n    run: x\n  odd: { every: 5m, run: x }\n`;
    expect(readable(text)).toEqual({ jobs: ['odd'], unread: ['odd.one'], ...READ });
  });

  test('because of a default for times: all timers except those that override it', () => {
    const text = `${TOP}defaults: { jitter: "\${J}" }\ntimers:\n  a: { every: 1h, run: x }\n  b: { every: 1h, jitter: 0s, run: x }\n`;
    expect(readable(text)).toEqual({ jobs: ['b'], unread: ['a'], ...READ });
  });

  test('because of the file’s time zone: all timers except those with their own', () => {
    const text = `timezone: "\${ZONE}"\ntimers:\n  a: { every: 1h, run: x }\n  b: { every: 1h, timezone: UTC, run: x }\n`;
    expect(readable(text)).toMatchObject({ jobs: ['b'], unread: ['a'] });
  });
});

test.each(['state: "${STATE_DIR}/s.db"', 'stat: ./s.db'])('the state of a file with %s is not guessed', (line) => {
  expect(readable(`${line}\ntimers: { a: { every: 1h, run: x } }\n`)).toMatchObject({ jobs: ['a'], state: 'unknown' });
});

describe('the valid parts of a file with a broken structure are readable', () => {
  const SOUND = '  last:\n    every: 5m\n    run: x\n';
  test.each([
    ['a quote without an end', '  backup:\n    every: 1h\n    run: "echo\n'],
    ['a brace without an end', '  backup: { every: 1h, run: x\n'],
    ['a line indented wrongly', '  backup:\n      every: 1h\n    run: x\n'],
    ['a tab', '  backup:\n\tevery: 1h\n'],
    ['half a line', '  backup:\n    every\n'],
    [
      'a conflict of a merge',
      '  backup:\n<<<<<<< ours\n    every: 1h\n=======\n    every: 2h\n>>>>>>> theirs\n    run: x\n',
    ],
  ])('next to %s', (_, broken) => {
    expect(readable(`${TOP}timers:\n${broken}${SOUND}`)).toEqual({ jobs: ['last'], unread: ['backup'], ...READ });
  });

  test('next to a broken key at the top level', () => {
    const text = `${TOP}groups: {a: 1\ntimers:\n${SOUND}`;
    expect(readable(text)).toEqual({ jobs: ['last'], unread: ['groups'], ...READ });
  });

  test('next to a broken state, which is not guessed', () => {
    expect(readable(`state: "./s.db\ntimers:\n${SOUND}`)).toMatchObject({ jobs: ['last'], state: 'unknown' });
  });

  test('in JSON with an extra comma', () => {
    const text = '{ "timers": { "a": { "every": "1h", "run": "x", } } }';
    expect(readable(text, '/etc/timers.json')).toMatchObject({ jobs: ['a'], unread: [] });
  });

  test('except for other JSON within a package.json', () => {
    expect(readable('{ "timers": { "a": ', '/etc/package.json')).toBeUndefined();
  });
});

test.each(['', '[]', 'hello'])('no part of %j is readable', (text) => {
  expect(readable(text)).toBeUndefined();
});

describe('errors that affect the runs of a timer prevent a simulation of it', () => {
  const predictable = (text: string) => {
    const { jobs = [], unread = [] } = readableFile(load(text), machine)?.predictable ?? {};
    return { jobs: jobs.map(({ name }) => name), unread };
  };
  const timers = (line: string) =>
    `timers:\n  a:\n    every: 1h\n    run: x\n    ${line}\n  b: { every: 5m, run: x }\n`;

  test.each(['timeout: 5x', 'group: "${G}"', 'retry: { attemps: 3 }', 'overlap: never', 'jitter: "${J}"', 'oops: 1'])(
    '%s',
    (line) => expect(predictable(timers(line))).toEqual({ jobs: ['b'], unread: ['a'] }),
  );

  test.each(['env: { PASSWORD: "${SECRET}" }', 'cwd: "${FOLDER}"', 'env_file: /etc/there-is-none'])(
    'except for %s',
    (line) => expect(predictable(timers(line))).toEqual({ jobs: ['a', 'b'], unread: [] }),
  );

  test.each([
    ['concurrency: many', ['concurrency']],
    ['groups: { db: many }', ['groups']],
    ['concurency: 2', ['concurency']],
    ['state: ["x"]', []],
    ['defaults: { timeout: 5x }', ['a', 'b']],
  ])('for %s at the top level', (line, unread) =>
    expect(predictable(`${line}\n${timers('tags: []')}`).unread).toEqual(unread),
  );

  test('and a valid file has no such errors', () =>
    expect(predictable(timers('tags: []'))).toEqual({ jobs: ['a', 'b'], unread: [] }));
});
