import { nearest } from '../text/nearest.js';
import type { DstPolicy, Schedule } from '../domain/schedule.js';
import type { Instant } from '../domain/time.js';
import type { ScheduleKind } from './kind.js';
import { systemZone, timeZoneOf } from './zone/zone-name.js';

/** The options of a schedule, besides its key. */
export interface ZonedSpec {
  /** IANA name. Default: the system time zone. */
  readonly timezone?: string;
  /** Default: `{gap: 'after', repeat: 'first'}`. */
  readonly dst?: Partial<DstPolicy>;
}

export interface ScheduleOptions {
  /** What `in` counts from. */
  readonly start: Instant;
  /** The seed of `H`. The same seed results in the same instants. Default: the empty string. */
  readonly seed?: string;
  /** The zone for a spec without one. Default: the system time zone. */
  readonly defaultTimezone?: string;
}

type ParseSchedule<Spec> = (spec: Spec, options: ScheduleOptions) => Schedule;

const GAP = ['after', 'skip'] as const;
const REPEAT = ['first', 'last', 'both'] as const;
const CRONIE: DstPolicy = { gap: 'after', repeat: 'first' };

/** Creates the function that parses schedules of these kinds. `parseScheduleAt` documents its errors. */
export function scheduleParser<Spec extends ZonedSpec>(kinds: readonly ScheduleKind[]): ParseSchedule<Spec> {
  const kindOf = new Map<string, ScheduleKind>(kinds.map((kind) => [kind.key, kind]));
  return (spec, options) => {
    if (!isMap(spec)) throw new TypeError('A schedule is an object such as {cron: "0 3 * * *"}.');
    if (!Number.isFinite(options.start)) throw new TypeError('start is not a number of milliseconds.');
    const kind = onlyKindOf(kindOf, spec);
    const timezone: unknown = spec.timezone ?? options.defaultTimezone ?? systemZone(undefined).name;
    if (typeof timezone !== 'string')
      throw new TypeError('timezone takes an IANA name as a string, such as "Europe/Berlin".');
    timeZoneOf(timezone);
    const dst = spec.dst === undefined ? CRONIE : dstPolicy(spec.dst);
    return kind.parse(valueOf(spec, kind), { timezone, dst, start: options.start, seed: options.seed ?? '' }).schedule;
  };
}

const valueOf = (spec: ZonedSpec, { key }: ScheduleKind): unknown => (spec as Readonly<Record<string, unknown>>)[key];

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function onlyKindOf(kindOf: ReadonlyMap<string, ScheduleKind>, spec: ZonedSpec): ScheduleKind {
  let found: ScheduleKind | undefined;
  for (const key of Object.keys(spec)) {
    const kind = kindOf.get(key);
    if (!kind && key !== 'timezone' && key !== 'dst')
      throw unknownKey('A schedule', key, [...kindOf.keys(), 'timezone', 'dst']);
    if (!kind || valueOf(spec, kind) === undefined) continue;
    if (found)
      throw new TypeError(`A schedule has only one of the keys ${listed(kindOf)}, not both ${found.key} and ${key}.`);
    found = kind;
  }
  if (!found) throw new TypeError(`A schedule needs one of the keys ${listed(kindOf)}.`);
  return found;
}

const listed = (kindOf: ReadonlyMap<string, unknown>): string => [...kindOf.keys()].join(', ');

function dstPolicy(dst: Partial<DstPolicy>): DstPolicy {
  if (!isMap(dst)) throw new TypeError('dst is an object such as {gap: "after", repeat: "first"}.');
  const unknown = Object.keys(dst).find((key) => key !== 'gap' && key !== 'repeat');
  if (unknown !== undefined) throw unknownKey('dst', unknown, ['gap', 'repeat']);
  return { gap: oneOf(GAP, dst.gap ?? 'after', 'dst.gap'), repeat: oneOf(REPEAT, dst.repeat ?? 'first', 'dst.repeat') };
}

function unknownKey(owner: string, key: string, known: readonly string[]): TypeError {
  const meant = nearest(key, known);
  return new TypeError(`${owner} has no key "${key}"${meant === undefined ? '.' : `; did you mean ${meant}?`}`);
}

function oneOf<Word extends string>(words: readonly Word[], word: Word, key: string): Word {
  if (words.includes(word)) return word;
  throw new RangeError(`${key} must be one of ${words.join(', ')}, not "${word}".`);
}
