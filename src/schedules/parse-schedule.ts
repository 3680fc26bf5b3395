import { nearest } from '../domain/nearest.js';
import type { DstPolicy, Schedule } from '../domain/schedule.js';
import type { Instant } from '../domain/time.js';
import type { ScheduleKind } from './kind.js';
import { machineTimeZone, timeZoneOf } from './zone/zone-name.js';

/** When something is due, as an object: one of the four keys, and what it is read with. The same words as in the timer file. */
export interface ScheduleSpec {
  /** Five fields, or six with seconds first; a list is their union. */
  readonly cron?: string | readonly string[];
  readonly every?: string | { readonly interval: string; readonly offset?: string; readonly from?: 'schedule' | 'end' };
  readonly in?: string;
  readonly at?: string | readonly string[];
  /** IANA name. Default: the machine's own zone. */
  readonly timezone?: string;
  /** Default: `{gap: 'after', repeat: 'first'}`. */
  readonly dst?: Partial<DstPolicy>;
}

export interface ScheduleOptions {
  /** What `in` counts from. */
  readonly start: Instant;
  /** Seed of `H`: the same seed, the same instants. Default: the empty text. */
  readonly seed?: string;
  /** For a spec without one. Default: the machine's own zone. */
  readonly defaultTimezone?: string;
}

const GAP = ['after', 'skip'] as const;
const REPEAT = ['first', 'last', 'both'] as const;

/**
 * Reads a schedule. `kinds` are those it may be of.
 * @throws TypeError no schedule key or more than one, an unknown key, a value of the wrong type.
 * @throws RangeError a value that says no schedule (then a `ScheduleError` with hint and place), an unknown time zone or `dst` word.
 */
export function parseScheduleOf(
  kinds: readonly ScheduleKind[],
  spec: ScheduleSpec,
  options: ScheduleOptions,
): Schedule {
  const { start, seed = '', defaultTimezone } = options;
  if (!isMap(spec)) throw new TypeError('A schedule is an object such as {cron: "0 3 * * *"}.');
  if (!Number.isFinite(start)) throw new TypeError('start is no number of milliseconds.');
  const kind = onlyKindOf(kinds, spec);
  const timezone: unknown = spec.timezone ?? defaultTimezone ?? machineTimeZone();
  if (typeof timezone !== 'string')
    throw new TypeError('timezone takes an IANA name as text, such as "Europe/Berlin".');
  timeZoneOf(timezone);
  return kind.parse(spec[kind.key], { timezone, dst: dstPolicy(spec.dst ?? {}), start, seed }).schedule;
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function onlyKindOf(kinds: readonly ScheduleKind[], spec: ScheduleSpec): ScheduleKind {
  const keys = kinds.map(({ key }) => key);
  checkKeys(spec, [...keys, 'timezone', 'dst'], 'A schedule');
  const given = kinds.filter(({ key }) => spec[key] !== undefined);
  const [kind] = given;
  if (!kind) throw new TypeError(`A schedule needs one of the keys ${keys.join(', ')}.`);
  if (given.length > 1)
    throw new TypeError(
      `A schedule has only one of the keys ${keys.join(', ')}; here are ${given.map(({ key }) => key).join(' and ')}.`,
    );
  return kind;
}

function dstPolicy(dst: Partial<DstPolicy>): DstPolicy {
  if (!isMap(dst)) throw new TypeError('dst is an object such as {gap: "after", repeat: "first"}.');
  checkKeys(dst, ['gap', 'repeat'], 'dst');
  return { gap: oneOf(GAP, dst.gap ?? 'after', 'dst.gap'), repeat: oneOf(REPEAT, dst.repeat ?? 'first', 'dst.repeat') };
}

function checkKeys(map: object, known: readonly string[], owner: string): void {
  const unknown = Object.keys(map).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw new TypeError(`${owner} knows no key "${unknown}"${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

function oneOf<Word extends string>(words: readonly Word[], word: Word, key: string): Word {
  if (words.includes(word)) return word;
  throw new RangeError(`${key} is one of ${words.join(', ')}, not "${word}".`);
}
