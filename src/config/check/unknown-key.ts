import { nearest } from '../../text/nearest.js';
import { asItLooks, oddCharacter } from '../../text/odd-character.js';
import { clip } from '../text/quote.js';
import { unitHint } from './key-with-unit.js';
import { FOREIGN_WORDS, FOREIGN_WORDS_WITHIN, MEANT_HERE } from './foreign-words.js';
import type { ValueRefusal } from './schema-values.js';
import { KEYS, LEVELS, type HintLevel, type KeyLevel } from './schema.js';
import { FALSE_FRIENDS, WORDS_WITHOUT_KEY } from './words-without-key.js';

const placeIn = (level: HintLevel): string => {
  if (level === 'file') return 'at the top of the file';
  return level === 'timer' ? 'in a timer' : `under ${level}`;
};

/** Describes an unknown key. Suggests the nearest key of its level, or the level that the key belongs to. */
export function unknownKey(key: string, level: KeyLevel, holdsTimer: boolean): ValueRefusal {
  if (level === 'defaults' && isKeyOf('timer', key)) {
    const message = `"${key}" cannot be a default: every timer sets its own.`;
    return { code: 'not-in-defaults', message, hint: 'Move it into the timers.' };
  }
  if (key.startsWith('//')) return FOREIGN_COMMENT;
  const [, before = '', after = ''] = UNSPACED.exec(asItLooks(key)) ?? [];
  if (isKeyOf(level, before)) return missingSpace(before, after);
  const message = `Unknown key "${clip(key)}" ${placeIn(level)}.`;
  const hint = hintForKey(key, level, holdsTimer);
  return { code: 'unknown-key', message, ...(hint !== undefined && { hint }) };
}

/** Describes a comment in the style of JavaScript and C. */
export const FOREIGN_COMMENT: ValueRefusal = {
  code: 'foreign-comment',
  message: 'In YAML a comment begins with #, not with //.',
  hint: 'Write # instead.',
};

/** A key, its colon, and no space before the value: inside brackets, YAML reads all of that as one key. */
const UNSPACED = /^\s*([\w-]+):\s*(\S.*)$/;

/** Inside brackets, `//` and its text become part of the next key. */
const COMMENT = /^\/\/.*\s/;

/** Describes a colon without a space after it. */
export const missingSpace = (key: string, value: string): ValueRefusal => ({
  code: 'missing-space',
  message: `A space is missing after "${clip(key)}:".`,
  hint: `Write ${clip(key)}: ${clip(value)}`,
});

/** Returns how to fix a key that a level does not have. `holdsTimer` is set if its value looks like a timer. */
export function hintForKey(key: string, level: HintLevel, holdsTimer: boolean): string | undefined {
  const odd = oddCharacter(key);
  if (odd) return `It contains ${odd.name}. ${odd.hint}`;
  const unlike = unlikeHint(key, level);
  if (unlike !== undefined) return unlike;
  const isOther = level === 'file' ? holdsTimer : isSynonymOf(level, key);
  const named = isOther ? undefined : pathHint(key, level);
  return timedHint(key, level) ?? named ?? meantHint(key, level) ?? homeHint(key, level, holdsTimer);
}

/** Returns the hint for a word of another program that does not mean a key here. */
function unlikeHint(key: string, level: HintLevel): string | undefined {
  if (Object.hasOwn(FALSE_FRIENDS, key)) return FALSE_FRIENDS[key];
  return sameWord(key, keysOf(level)) === undefined ? wordIn(WORDS_WITHOUT_KEY, key) : undefined;
}

function homeHint(key: string, level: HintLevel, holdsTimer: boolean): string | undefined {
  if (holdsTimer && level === 'file') return 'A timer belongs under timers:, indented.';
  const home = placeOf(key, level) ?? partHint(key, level) ?? nearWordHint(key, level);
  if (home !== undefined) return home;
  const keys = keysOf(level);
  return keys.length <= 10 ? `The keys ${placeIn(level)} are ${keys.join(', ')}.` : undefined;
}

function timedHint(key: string, level: HintLevel): string | undefined {
  return wordIn(FOREIGN_WORDS, key) === undefined ? unitHint(key, (rest) => nearestKey(rest, level)) : undefined;
}

function meantHint(key: string, level: HintLevel): string | undefined {
  const meant = meantKey(key, level);
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}

/**
 * Whether other programs use this word and mean a key of this level. In a timer, `log_file` means `output`, not the
 * file's `log`.
 */
function isSynonymOf(level: HintLevel, written: string): boolean {
  const key = wordIn(FOREIGN_WORDS, written);
  return key !== undefined && isKeyOf(level, key);
}

/** Returns the hint for a map and its key in one word: `retryAttempts`, `output_file`, `history.keep`. */
function pathHint(written: string, level: HintLevel): string | undefined {
  for (const map of ALL_LEVELS) {
    const rest = ['file', 'timer', 'defaults'].includes(map) ? undefined : wordAfter(map, written);
    const key = rest === undefined ? undefined : sameWord(rest, keysOf(map));
    if (key === undefined) continue;
    return map === level ? `Did you mean ${key}?` : `${clip(written)} is ${key} here, and belongs ${placeIn(map)}.`;
  }
  return undefined;
}

/** Returns the hint for a key with a word before or after it: `jobTimeout`, `concurrency_group`. */
function partHint(written: string, level: HintLevel): string | undefined {
  const parts = written.replace(/(?<=[a-z])(?=[A-Z])/g, '_').split(/[-_ .]/);
  const ends = parts.map((_part, index) => parts.slice(index + 1).join('_'));
  const starts = parts.map((_part, index) => parts.slice(0, -index - 1).join('_'));
  for (const part of [...ends.filter(({ length }) => length > 2), ...starts.filter(({ length }) => length > 3)]) {
    const key = sameWord(part, keysOf(level));
    if (key !== undefined) return `Did you mean ${key}?`;
    const [home] = homesOf(part, level);
    if (home === 'timer' || home === 'file') return sentenceOf(written, part, level);
  }
  return undefined;
}

/** Returns a sentence that says where a key or its synonym belongs. */
function placeOf(written: string, level: HintLevel): string | undefined {
  const word = wordIn(FOREIGN_WORDS, written);
  const key = isElsewhere(written, level) || word === undefined ? written : word;
  return sentenceOf(written, key, level);
}

/** Returns a sentence that says where `key` belongs, for which the user wrote `written`. */
function sentenceOf(written: string, key: string, level: HintLevel): string | undefined {
  const homes = homesOf(key, level);
  const [home] = homes;
  if (home === undefined) return undefined;
  const known = sameWord(key, keysOf(home)) ?? key;
  const what = known === written ? written : `${clip(written)} is ${known} here, and`;
  if (home === 'timer' && level === 'file' && isKeyOf('defaults', known))
    return `${what} belongs in a timer, or under defaults for all of them.`;
  const last = homes.length > 1 ? ` or ${homes.at(-1) ?? ''}` : '';
  return `${what} belongs ${placeIn(home)}${homes
    .slice(1, -1)
    .map((other) => `, ${other}`)
    .join('')}${last}.`;
}

/**
 * Returns the key of a level that is most likely meant. Returns `undefined` if there is none, or if the key is valid in
 * another level.
 */
export function meantKey(written: string, level: HintLevel): string | undefined {
  const looks = asItLooks(written);
  const key = UNSPACED.exec(looks)?.[1] ?? looks.replace(COMMENT, '').trim();
  return Object.hasOwn(FALSE_FRIENDS, key) ? undefined : nearestKey(key, level);
}

function nearestKey(key: string, level: HintLevel): string | undefined {
  const keys = keysOf(level);
  const same = sameWord(key, keys) ?? wordOf(MEANT_HERE, key, level);
  if (same !== undefined || isElsewhere(key, level)) return same;
  // A synonym for a key of another level is not a typo for one of this level, and neither is a key of a schedule.
  const word = wordOf(FOREIGN_WORDS_WITHIN, key, level) ?? wordIn(FOREIGN_WORDS, key);
  if (word !== undefined) return isKeyOf(level, word) ? word : undefined;
  if (key.length <= 2 || homesOf(key, level).length > 0) return undefined;
  return beginningOf(key, keys) ?? nearest(key, keys);
}

/** The minimum length of a word to compare. Shorter words resemble too many others. */
const LONG_WORD = 8;

/** Names the key of a level for which another program has a word like this one: `enviroment`. */
function nearWordHint(key: string, level: HintLevel): string | undefined {
  if (key.length < LONG_WORD) return undefined;
  const words = Object.keys(FOREIGN_WORDS).filter((word) => word.length >= LONG_WORD);
  const meant = FOREIGN_WORDS[nearest(key, words) ?? ''];
  return meant !== undefined && isKeyOf(level, meant) ? `Did you mean ${meant}?` : undefined;
}

const wordOf = (tables: typeof FOREIGN_WORDS_WITHIN, key: string, level: HintLevel): string | undefined =>
  wordIn(tables[level] ?? {}, key);

/** Whether a level has a key. */
export const isKeyOf = (level: HintLevel, key: string): boolean => KEY_SETS.get(level)?.has(key) === true;

const KEY_SETS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(KEYS).map(([level, keys]) => [level, new Set(keys)]),
);

const keysOf = (level: HintLevel): readonly string[] => KEYS[level] ?? [];

const letters = (key: string): string => key.toLowerCase().replace(/[-_ .]/g, '');

/** Returns the key with the same letters: `run_at_start` for `runAtStart`, `run-at-start` and `Run_At_Start`. */
const sameWord = (key: string, keys: readonly string[]): string | undefined =>
  keys.find((known) => letters(known) === letters(key));

/** Returns the rest of a word after the name of a map. */
const wordAfter = (map: string, written: string): string | undefined =>
  letters(written).startsWith(letters(map)) ? letters(written).slice(letters(map).length) : undefined;

/** Returns the only key with this prefix: `desc`, `on_fail`. */
function beginningOf(key: string, keys: readonly string[]): string | undefined {
  const [first, second] = keys.filter((known) => letters(known).startsWith(letters(key)));
  return second === undefined ? first : undefined;
}

/** Returns the table entry for a word, however its parts are joined. */
const wordIn = (table: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.entries(table).find(([elsewhere]) => letters(elsewhere) === letters(key))?.[1];

const ALL_LEVELS = Object.keys(KEYS) as readonly HintLevel[];

/**
 * Whether a key belongs to another level. The keys of a schedule map do not count, because they are also words for
 * schedules.
 */
const isElsewhere = (key: string, level: HintLevel): boolean => homesOf(key, level).some((home) => home in LEVELS);

/**
 * Returns the levels that have a key. If the top of the file or a timer has it, returns only that one. Otherwise,
 * returns the maps on the same side as `level` (in the settings or in a timer), or else those on the other side.
 */
function homesOf(key: string, level: HintLevel): readonly HintLevel[] {
  const others = ALL_LEVELS.filter((other) => other !== level && other !== 'defaults');
  const homes = others.filter((other) => sameWord(key, keysOf(other)) !== undefined);
  const isNear = (other: HintLevel): boolean => isOfFile(other) === isOfFile(level);
  const heads = homes.filter((home) => home === 'file' || home === 'timer');
  const near = heads.find(isNear) ?? heads[0];
  if (near !== undefined) return [near];
  const beside = homes.filter(isNear);
  return beside.length > 0 ? beside : homes;
}

const isOfFile = (level: HintLevel): boolean => level === 'file' || (level !== 'defaults' && isKeyOf('file', level));
