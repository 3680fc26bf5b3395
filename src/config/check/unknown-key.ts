import { nearest } from '../../text/nearest.js';
import { asItLooks, oddCharacter } from '../../text/odd-character.js';
import { clip } from '../text/quoting.js';
import { unitHint } from './key-with-unit.js';
import { ELSEWHERE, FALSE_FRIENDS, NOWHERE, WITHIN } from './foreign-words.js';
import type { ValueRefusal } from './schema-values.js';
import { KEYS, type KeyLevel } from './schema.js';

const PLACES: Readonly<Record<KeyLevel, string>> = {
  file: 'at the top of the file',
  timer: 'in a timer',
  defaults: 'under defaults',
  retry: 'under retry',
  breaker: 'under breaker',
  dst: 'under dst',
  catch_up: 'under catch_up',
  output: 'under output',
  history: 'under history',
  clock: 'under clock',
  ping: 'under ping',
  notify: 'under notify',
  heartbeat: 'under heartbeat',
  forward: 'forward',
  http: 'under http',
  tracing: 'under tracing',
};

/** The message for an unknown key: the nearest key of its level, or the level that has it. */
export function unknownKey(key: string, level: KeyLevel, holdsTimer: boolean): ValueRefusal {
  if (level === 'defaults' && isKeyOf('timer', key)) {
    const message = `"${key}" cannot be a default: every timer says its own.`;
    return { code: 'not-in-defaults', message, hint: 'Move it into the timers.' };
  }
  if (key.startsWith('//')) return FOREIGN_COMMENT;
  const [, before = '', after = ''] = UNSPACED.exec(asItLooks(key)) ?? [];
  if (isKeyOf(level, before)) return missingSpace(before, after);
  const message = `Unknown key "${clip(key)}" ${PLACES[level]}.`;
  const hint = wayOut(key, level, holdsTimer);
  return { code: 'unknown-key', message, ...(hint !== undefined && { hint }) };
}

/** Describes a comment in the style of JavaScript and C. */
export const FOREIGN_COMMENT: ValueRefusal = {
  code: 'foreign-comment',
  message: 'In YAML a comment begins with #, not with //.',
  hint: 'Write # instead.',
};

/** A key, its colon, and no space before the value: in brackets, YAML reads all of that as one key. */
const UNSPACED = /^\s*([\w-]+):\s*(\S.*)$/;

/** In brackets, a wrong comment is part of the key after it. */
const COMMENT = /^\/\/.*\s/;

/** Describes a colon without a space after it. */
export const missingSpace = (key: string, value: string): ValueRefusal => ({
  code: 'missing-space',
  message: `A space is missing after "${clip(key)}:".`,
  hint: `Write ${clip(key)}: ${clip(value)}`,
});

function wayOut(key: string, level: KeyLevel, holdsTimer: boolean): string | undefined {
  const odd = oddCharacter(key);
  if (odd) return `It holds ${odd.name}. ${odd.hint}`;
  const foreign = Object.hasOwn(FALSE_FRIENDS, key) ? FALSE_FRIENDS[key] : undefined;
  if (foreign !== undefined) return foreign;
  const nowhere = wordIn(NOWHERE, key);
  if (nowhere !== undefined && sameWord(key, KEYS[level]) === undefined) return nowhere;
  return timedHint(key, level) ?? meantHint(key, level) ?? homeHint(key, level, holdsTimer);
}

function homeHint(key: string, level: KeyLevel, holdsTimer: boolean): string | undefined {
  if (holdsTimer && level === 'file') return 'A timer belongs under timers:, indented.';
  const home = placeOf(key, level);
  if (home !== undefined) return home;
  const keys: readonly string[] = KEYS[level];
  return keys.length <= 10 ? `The keys ${PLACES[level]} are ${keys.join(', ')}.` : undefined;
}

function timedHint(key: string, level: KeyLevel): string | undefined {
  return wordIn(ELSEWHERE, key) === undefined ? unitHint(key, (rest) => nearestKey(rest, level)) : undefined;
}

function meantHint(key: string, level: KeyLevel): string | undefined {
  const meant = meantKey(key, level);
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}

/** Where a key or its synonym belongs, as a sentence. */
function placeOf(written: string, level: KeyLevel): string | undefined {
  const word = wordIn(ELSEWHERE, written);
  const key = homeOf(written, level) === undefined && word !== undefined ? word : written;
  const home = homeOf(key, level);
  if (home === undefined) return undefined;
  const known = sameWord(key, KEYS[home]) ?? key;
  const what = known === written ? written : `${clip(written)} is ${known} here, and`;
  if (home === 'timer' && level === 'file') return `${what} belongs in a timer, or under defaults for all of them.`;
  return `${what} belongs ${PLACES[home]}.`;
}

/** The key of a level that was most likely meant, or `undefined`; none for a key that is valid elsewhere. */
export function meantKey(written: string, level: KeyLevel): string | undefined {
  const looks = asItLooks(written);
  const key = UNSPACED.exec(looks)?.[1] ?? looks.replace(COMMENT, '').trim();
  return Object.hasOwn(FALSE_FRIENDS, key) ? undefined : nearestKey(key, level);
}

function nearestKey(key: string, level: KeyLevel): string | undefined {
  const keys: readonly string[] = KEYS[level];
  const same = sameWord(key, keys);
  if (same !== undefined || homeOf(key, level) !== undefined) return same;
  const within = wordIn(WITHIN[level] ?? {}, key);
  if (within !== undefined) return within;
  const word = wordIn(ELSEWHERE, key);
  // A synonym for a key of another level is not a typo for one of this level.
  if (word !== undefined && !keys.includes(word)) return undefined;
  return word ?? (key.length > 2 ? (beginningOf(key, keys) ?? nearest(key, keys)) : undefined);
}

/** Whether a level has a key. */
export const isKeyOf = (level: KeyLevel, key: string): boolean => KEY_SETS.get(level)?.has(key) === true;

const KEY_SETS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(KEYS).map(([level, keys]) => [level, new Set(keys)]),
);

const letters = (key: string): string => key.toLowerCase().replace(/[-_ ]/g, '');

/** `runAtStart`, `run-at-start`, `Run_At_Start`. */
const sameWord = (key: string, keys: readonly string[]): string | undefined =>
  keys.find((known) => letters(known) === letters(key));

/** The only key with that prefix: `desc`, `on_fail`. */
function beginningOf(key: string, keys: readonly string[]): string | undefined {
  const [first, second] = keys.filter((known) => letters(known).startsWith(letters(key)));
  return second === undefined ? first : undefined;
}

/** The table entry for a word, however its parts are joined. */
const wordIn = (table: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.entries(table).find(([elsewhere]) => letters(elsewhere) === letters(key))?.[1];

/** The level where a misplaced word belongs; from a level inside a timer, the timer itself comes first. */
function homeOf(key: string, level: KeyLevel): KeyLevel | undefined {
  const others: readonly KeyLevel[] = [
    'timer',
    'file',
    'retry',
    'breaker',
    'dst',
    'catch_up',
    'output',
    'history',
    'clock',
    'ping',
    'notify',
    'heartbeat',
  ];
  return others.find((other) => other !== level && sameWord(key, KEYS[other]) !== undefined);
}
