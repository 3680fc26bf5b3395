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

describe('a key of another level', () => {
  const wrong = LEVELS.flatMap((level) =>
    ALL_KEYS.filter((key) => KEYS[level]?.includes(key) !== true).map((key) => ({ key, level })),
  );
  const inDefaults = (level: HintLevel, key: string): boolean => level === 'defaults' && KEYS.timer.includes(key);

  it.each(LEVELS)('under %s gets the name of its place', (level) => {
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

  it('cannot be a default if every timer needs its own', () => {
    const hints = wrong.filter(({ key, level }) => inDefaults(level, key)).map(({ key }) => hintFor(key, 'defaults'));
    expect(hints.length).toBeGreaterThan(3);
    for (const hint of hints) expect(hint).toContain('cannot be a default');
  });
});

describe('a map and its key in one word', () => {
  const maps = LEVELS.filter((level) => !['file', 'timer', 'defaults'].includes(level));
  const pairs = maps.flatMap((map) => (KEYS[map] ?? []).map((key) => ({ map, key })));
  // Some of these words mean something else in other programs.
  const own = pairs.filter(({ map, key }) => !(`${map}_${key}` in WORDS_WITHOUT_KEY) && `${map}_${key}` !== 'log_file');

  it.each([
    ['with _', (map: string, key: string) => `${map}_${key}`],
    ['with a dot', (map: string, key: string) => `${map}.${key}`],
    ['in camel case', (map: string, key: string) => camel(`${map}_${key}`)],
  ])('%s gets the place of the key', (_name, join) => {
    for (const { map, key } of own) {
      expect(hintFor(join(map, key), 'timer')).toContain(`is ${key} here, and belongs under ${map}.`);
      expect(hintFor(join(map, key), map)).toBe(`Did you mean ${key}?`);
    }
  });
});

describe('log_file', () => {
  it.each(['log_file', 'logFile', 'log-file'])(
    '%s means the log of the scheduler only at the top of the file',
    (word) => {
      expect(hintFor(word, 'file')).toBe(`${word} is file here, and belongs under log.`);
      expect(hintFor(word, 'timer')).toBe('Did you mean output?');
    },
  );
});

describe('a key with another word next to it', () => {
  it.each([
    ['startDeadline', 'deadline'],
    ['concurrencyGroup', 'group'],
    ['job_timeout', 'timeout'],
    ['commandEnv', 'env'],
    ['defaultTimezone', 'timezone'],
    ['overlapStrategy', 'overlap'],
    ['jitter-max', 'jitter'],
  ])('%s means %s', (written, key) => {
    expect(hintFor(written, 'timer')).toBe(`Did you mean ${key}?`);
  });
  it('belongs where its key does', () => {
    expect(hintFor('shopGroups', 'timer')).toBe('shopGroups is groups here, and belongs at the top of the file.');
    expect(hintFor('jobTimeout', 'file')).toContain('belongs in a timer, or under defaults');
  });
  it('is not a default where its key is not', () => {
    expect(hintFor('cron', 'file')).toBe('cron belongs in a timer.');
  });
});

describe('words of other programs', () => {
  const snake = (word: string): readonly string[] => [word, camel(word), kebab(word), pascal(word)];

  it('for a key lead to it, at the top of the file and in a timer', () => {
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

  it('without a key here have another way', () => {
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
  ])('of %s: %s means %s', (_program, written, key) => {
    expect(hintFor(written, 'timer')).toBe(`Did you mean ${key}?`);
  });
});
