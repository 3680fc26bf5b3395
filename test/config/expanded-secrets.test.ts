import { describe, expect, test } from 'vitest';
import { KEYS } from '../../src/config/check/schema.js';
import { backup, backupWith, load, machine, words } from './diagnose.js';

const SECRET = 'hunter2-and-much-more-of-that-kind-so-that-it-is-cut-somewhere';
const on = { ...machine, env: { ...machine.env, SECRET, SHORT: 'swordy', URL: 'htps://example.org/token-of-ada' } };

const said = (text: string): string => load(text, '/etc/timers.yaml', on).problems.map(words).join('\n');

/** Any part that would reveal it. */
const STRETCHES = [
  ...Array.from({ length: SECRET.length - 7 }, (_, at) => SECRET.slice(at, at + 8)),
  'swordy',
  'token-of-ada',
];

const expectHidden = (text: string): void =>
  expect(
    STRETCHES.filter((stretch) => text.includes(stretch)),
    text,
  ).toEqual([]);

describe('messages do not repeat values of variables', () => {
  const FORMS = [
    '${SECRET}',
    'x${SECRET}',
    '"[${SECRET}]"',
    '["${SECRET}"]',
    '{a: "${SECRET}"}',
    '/${SECRET}',
    '${SHORT}',
    '${URL}',
  ];

  test.each(KEYS.timer)('in a timer’s %s', (key) => {
    for (const form of FORMS)
      expectHidden(said(key === 'run' ? backup(`run: ${form}`) : backupWith(`${key}: ${form}`)));
  });

  test.each(KEYS.file.filter((key) => key !== 'timers'))('in the file’s %s', (key) => {
    for (const form of FORMS) expectHidden(said(`${key}: ${form}\n${backupWith('')}`));
  });

  const LEVELS = ['retry', 'breaker', 'dst', 'catch_up', 'output', 'ping', 'notify'] as const;
  test.each(LEVELS.flatMap((level) => KEYS[level].map((key) => [level, key] as const)))('in %s.%s', (level, key) => {
    for (const form of FORMS)
      expectHidden(said(backupWith(`${level}: {${key}: ${form.startsWith('$') ? `"${form}"` : form}}`)));
  });

  test.each(['clock', 'http', 'heartbeat', 'tracing', 'history'] as const)('in %s', (level) => {
    for (const key of KEYS[level])
      for (const form of FORMS)
        expectHidden(said(`${level}: {${key}: ${form.startsWith('$') ? `"${form}"` : form}}\n${backupWith('')}`));
  });

  test('but show the reference instead', () => {
    expect(said(backupWith('timeout: ${SECRET}'))).toContain('${SECRET}');
    expect(said(backupWith('timeout: ${SHORT}'))).toContain('${SHORT}');
    expect(said(backupWith('timezone: Europe/${SHORT}'))).toContain('Europe/${SHORT}');
  });

  test('but show a default as it is in the file', () => {
    expect(said(backupWith('timeout: ${NOPE:-soon}'))).toContain('soon');
  });
});
