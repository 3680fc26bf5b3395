import { describe, expect, it } from 'vitest';

import { KEYS, type HintLevel } from '../../src/config/check/schema.js';
import { FOREIGN_WORDS, MEANT_HERE } from '../../src/config/check/foreign-words.js';
import { FALSE_FRIENDS, WORDS_WITHOUT_KEY } from '../../src/config/check/words-without-key.js';
import { parseTimerFile } from '../../src/config/index.js';
import { backup, machine } from '../config/diagnose.js';

const LEVELS = Object.keys(KEYS) as readonly HintLevel[];
const ALL_KEYS = [...new Set(LEVELS.flatMap((level) => KEYS[level] ?? []))];
const OF_FILE: readonly string[] = KEYS.file;

const camel = (key: string): string => key.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
const kebab = (key: string): string => key.replaceAll('_', '-');
const pascal = (key: string): string => camel(key).replace(/^./, (letter) => letter.toUpperCase());

/** A file in which a level has one more key. */
function fileWith(key: string, level: HintLevel): string {
  const line = `"${key}": 1`;
  const timers = backup('every: 10s\nrun: x');
  if (level === 'file') return `${line}\n${timers}`;
  if (level === 'timer') return backup(`every: 10s\nrun: x\n${line}`);
  if (level === 'every') return backup(`every: {interval: 10s, ${line}}\nrun: x`);
  if (level === 'defaults' || OF_FILE.includes(level)) return `${level}: {${line}}\n${timers}`;
  return backup(`every: 10s\nrun: x\n${level}: {${line}}`);
}

/** The hint for a key at a level, or its message if it cannot be a default. */
function hintFor(key: string, level: HintLevel): string {
  const { problems } = parseTimerFile(
    { path: '/etc/timers.yaml', folder: '/etc', text: fileWith(key, level) },
    machine,
  );
  const found = problems.find(({ code }) => ['unknown-key', 'every-key', 'not-in-defaults'].includes(code));
  return found?.code === 'not-in-defaults' ? found.message : (found?.hint ?? `no hint for ${key}`);
}

function placeOf(level: HintLevel): string {
  if (level === 'file') return 'at the top of the file';
  return level === 'timer' ? 'in a timer' : `under ${level}`;
}

/** Whether a hint names a level that has the key. */
function namesHome(hint: string, key: string): boolean {
  const homes = LEVELS.filter((level) => KEYS[level]?.includes(key) === true && level !== 'defaults');
  const [, listed = ''] = /belongs under ([\w, ]+)\.$/.exec(hint) ?? [];
  const named = listed.split(/, | or /);
  if (named[0] !== '') return named.every((level) => homes.includes(level as HintLevel));
  return homes.some((level) => hint.includes(`belongs ${placeOf(level)}`));
}

describe('a key at the wrong level', () => {
  const wrong = LEVELS.flatMap((level) =>
    ALL_KEYS.filter((key) => KEYS[level]?.includes(key) !== true).map((key) => ({ key, level })),
  );
  const inDefaults = (level: HintLevel, key: string): boolean => level === 'defaults' && KEYS.timer.includes(key);

  it.each(LEVELS)('under %s gets a hint with its place', (level) => {
    const lost = wrong
      .filter((one) => one.level === level && !inDefaults(level, one.key))
      // In most programs, `interval` is the word for `every`.
      .filter(({ key }) => key !== 'interval' && MEANT_HERE[level]?.[key] === undefined)
      .flatMap(({ key }) => [key, camel(key), kebab(key), pascal(key)].map((written) => ({ key, written })))
      .filter(({ written }) => !(written in FALSE_FRIENDS))
      .map(({ key, written }) => ({ key, written, hint: hintFor(written, level) }))
      .filter(({ key, hint }) => !namesHome(hint, key));
    expect(lost).toEqual([]);
  });

  it('is not suggested as a default if every timer needs its own', () => {
    const hints = wrong.filter(({ key, level }) => inDefaults(level, key)).map(({ key }) => hintFor(key, 'defaults'));
    expect(hints.length).toBeGreaterThan(3);
    for (const hint of hints) expect(hint).toContain('cannot be a default');
  });
});

describe('a map and its key as one name', () => {
  const maps = LEVELS.filter((level) => !['file', 'timer', 'defaults'].includes(level));
  const pairs = maps.flatMap((map) => (KEYS[map] ?? []).map((key) => ({ map, key })));
  // Some of these words mean something else in other programs.
  const own = pairs.filter(({ map, key }) => !(`${map}_${key}` in WORDS_WITHOUT_KEY) && `${map}_${key}` !== 'log_file');

  it.each([
    ['with _', (map: string, key: string) => `${map}_${key}`],
    ['with a dot', (map: string, key: string) => `${map}.${key}`],
    ['in camel case', (map: string, key: string) => camel(`${map}_${key}`)],
  ])('%s gets a hint with the place of the key', (_name, join) => {
    for (const { map, key } of own) {
      expect(hintFor(join(map, key), 'timer')).toContain(`is ${key} here, and belongs under ${map}.`);
      expect(hintFor(join(map, key), map)).toBe(`Did you mean ${key}?`);
    }
  });
});

describe('log_file', () => {
  it.each(['log_file', 'logFile', 'log-file'])(
    '%s refers to the log of the scheduler only at the top level',
    (word) => {
      expect(hintFor(word, 'file')).toBe(`${word} is file here, and belongs under log.`);
      expect(hintFor(word, 'timer')).toBe('Did you mean output?');
    },
  );
});

describe('a key with an extra word', () => {
  it.each([
    ['startDeadline', 'deadline'],
    ['concurrencyGroup', 'group'],
    ['job_timeout', 'timeout'],
    ['commandEnv', 'env'],
    ['defaultTimezone', 'timezone'],
    ['overlapStrategy', 'overlap'],
    ['jitter-max', 'jitter'],
  ])('such as %s gets a hint for %s', (written, key) => {
    expect(hintFor(written, 'timer')).toBe(`Did you mean ${key}?`);
  });
  it('gets a hint with the place of the key', () => {
    expect(hintFor('shopGroups', 'timer')).toBe('shopGroups is groups here, and belongs at the top of the file.');
    expect(hintFor('jobTimeout', 'file')).toContain('belongs in a timer, or under defaults');
  });
  it('is not suggested as a default where its key is not allowed', () => {
    expect(hintFor('cron', 'file')).toBe('cron belongs in a timer.');
  });
});

describe('keys of other programs', () => {
  const snake = (word: string): readonly string[] => [word, camel(word), kebab(word), pascal(word)];

  it('get a hint with our key, at the top level and in a timer', () => {
    const lost = Object.entries(FOREIGN_WORDS)
      .filter(([word]) => !ALL_KEYS.includes(word))
      .flatMap(([word, key]) => snake(word).map((written) => ({ key, written })))
      .filter(({ written }) => !(written in FALSE_FRIENDS))
      .flatMap(({ key, written }) =>
        (['file', 'timer'] as const).map((level) => ({ key, written, level, hint: hintFor(written, level) })),
      )
      .filter(({ written, level }) => level !== 'file' || !/^log[-_]?file$/i.test(written))
      .filter(({ key, hint }) => hint !== `Did you mean ${key}?` && !hint.includes(` is ${key} here, and belongs `));
    expect(lost).toEqual([]);
  });

  it('without an equivalent get a hint for another way', () => {
    for (const [word, way] of Object.entries(WORDS_WITHOUT_KEY)) {
      for (const written of snake(word)) expect(hintFor(written, 'timer')).toBe(way);
    }
  });

  it.each([
    ['Kubernetes', 'startingDeadlineSeconds', 'deadline'],
    ['Kubernetes', 'timeZone', 'timezone'],
    ['systemd', 'RandomizedDelaySec', 'jitter'],
    ['systemd', 'WorkingDirectory', 'cwd'],
    ['yacron', 'captureStderr', 'output'],
    ['supercronic', 'overlapping', 'overlap'],
    ['ofelia', 'no-overlap', 'overlap'],
    ['node-cron', 'recoverMissedExecutions', 'catch_up'],
    ['GitHub Actions', 'timeout-minutes', 'timeout'],
    ['GitHub Actions', 'continue-on-error', 'success_codes'],
    ['Quartz', 'misfireInstruction', 'catch_up'],
    ['Quartz', 'repeatInterval', 'every'],
    ['Spring', 'fixedRate', 'every'],
    ['cron', 'RANDOM_DELAY', 'jitter'],
  ])('of %s: %s gets a hint for %s', (_program, written, key) => {
    expect(hintFor(written, 'timer')).toBe(`Did you mean ${key}?`);
  });
});
