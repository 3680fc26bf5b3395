import { LONGEST_VALUE, quoted } from '../../text/quoted.js';
import { nearest } from '../../text/nearest.js';
import { TimeZone } from './time-zone.js';

/** The first part of every IANA name with two parts. Other names that ICU accepts (`SystemV/PST8`) are not IANA's. */
const REGIONS =
  'Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US';
const DIVIDED = new RegExp(`^(?:${REGIONS})/[a-z]`, 'i');

/** The IANA names without a region (tzdata `backward`). ICU accepts more, and reads `BST` as Bangladesh. */
const UNDIVIDED = new Map(
  (
    'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel ' +
    'Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey ' +
    'UCT UTC Universal W-SU WET Zulu'
  )
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);

const MOST_NAMES = 2048;
const zones = new Map<string, TimeZone>();

/**
 * Returns the zone of an IANA name, including aliases such as `Asia/Calcutta`. Ignores case. Returns `undefined` for
 * anything else, such as abbreviations (`BST`, `PST`) and offsets (`+02:00`, `UTC+2`). Zones are cached by name.
 */
export function findTimeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known) return known;
  const zone = openTimeZone(name);
  if (!zone) return undefined;
  if (zones.size >= MOST_NAMES) zones.clear();
  zones.set(name, zone);
  return zone;
}

function openTimeZone(name: string): TimeZone | undefined {
  if (name.length > LONGEST_VALUE) return undefined;
  const undivided = UNDIVIDED.get(name.toLowerCase());
  if (undivided === undefined && !DIVIDED.test(name)) return undefined;
  try {
    return new TimeZone(undivided ?? name);
  } catch {
    return undefined;
  }
}

/**
 * Whether a text is an IANA time zone name or an alias, in uppercase or lowercase: `Europe/Berlin`, `UTC`, `Etc/GMT+5`;
 * but not `BST` or `+02:00`.
 */
export const isTimeZone = (name: string): boolean => findTimeZone(name) !== undefined;

/** Names of tzdata `backward` with their own region, which ICU accepts but does not list. */
const LINKS = {
  US: 'Eastern Central Mountain Pacific Alaska Aleutian Arizona East-Indiana Hawaii Indiana-Starke Michigan Samoa',
  Canada: 'Atlantic Central Eastern Mountain Newfoundland Pacific Saskatchewan Yukon',
  Brazil: 'Acre DeNoronha East West',
  Chile: 'Continental EasterIsland',
  Mexico: 'BajaNorte BajaSur General',
};

let knownNames: readonly string[] | undefined;

const namesOf = (): readonly string[] => [
  ...Intl.supportedValuesOf('timeZone'),
  ...UNDIVIDED.values(),
  ...Object.entries(LINKS).flatMap(([region, names]) => names.split(' ').map((name) => `${region}/${name}`)),
];

/** Cities that users name but tzdata lacks, with their zones. */
const CITIES: ReadonlyMap<string, string> = new Map(
  [
    'America/New_York boston washington miami atlanta philadelphia orlando',
    'America/Chicago dallas houston austin minneapolis new_orleans',
    'America/Los_Angeles san_francisco seattle portland san_diego las_vegas',
    'America/Toronto ottawa',
    'America/Sao_Paulo rio rio_de_janeiro brasilia',
    'Asia/Shanghai beijing peking shenzhen guangzhou',
    'Asia/Kolkata bangalore bengaluru mumbai bombay delhi new_delhi chennai madras hyderabad pune',
    'Asia/Tokyo osaka kyoto',
    'Asia/Jerusalem haifa',
    'Asia/Dubai abu_dhabi',
    'Asia/Ho_Chi_Minh hanoi',
    'Australia/Sydney canberra',
    'Europe/Berlin hamburg munich münchen frankfurt cologne köln stuttgart',
    'Europe/London manchester edinburgh birmingham',
    'Europe/Madrid barcelona',
    'Europe/Rome milan milano',
    'Europe/Zurich geneva basel bern',
    'Europe/Moscow st_petersburg',
  ].flatMap((line) => {
    const [zone = '', ...cities] = line.split(' ');
    return cities.map((city) => [city, zone] as const);
  }),
);

/** Returns why a text is not a time zone, and what to write instead. */
export const wrongTimeZone = (name: string): { readonly message: string; readonly hint: () => string } => ({
  message: `${quoted(name)} is ${name.length > LONGEST_VALUE ? 'too long for' : 'not'} a time zone.`,
  hint: () => {
    const meant = suggestTimeZone(name);
    return meant === undefined ? 'Write an IANA name such as Europe/Berlin, or UTC.' : `Did you mean ${meant}?`;
  },
});

/**
 * Returns the IANA name that the user most likely meant (`Berlin`, `Europe/Berln`, `New York`, `Asia/Beijing`), or
 * `undefined`.
 */
export function suggestTimeZone(name: string): string | undefined {
  if (name.length > LONGEST_VALUE) return undefined;
  const written = name
    .replace(/^[\s"']+|[\s"']+$/g, '')
    .replaceAll('\\', '/')
    .replace(/\s+/g, '_');
  const wanted = written.toLowerCase();
  knownNames ??= namesOf();
  const same = knownNames.find((known) => known.toLowerCase() === wanted);
  if (same !== undefined || isTimeZone(written)) return same ?? capitalized(wanted);
  const sameCity = knownNames.find((known) => known.toLowerCase().endsWith(`/${wanted}`));
  return sameCity ?? otherNameOf(wanted) ?? CITIES.get(wanted.replace(/^.*\//, '')) ?? nearestZone(wanted, knownNames);
}

/** Returns the zone of a city with a name that ICU accepts but does not list: `Kathmandu`, `Kyiv`. */
function otherNameOf(city: string): string | undefined {
  if (!/^[a-z_]{4,}$/.test(city)) return undefined;
  return CONTINENTS.map((region) => `${region}/${capitalized(city)}`).find(isTimeZone);
}

const capitalized = (name: string): string => name.replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());

const CONTINENTS = ['Africa', 'America', 'Asia', 'Atlantic', 'Australia', 'Europe', 'Indian', 'Pacific'];

/**
 * Returns the nearest name. In a name with a region, only the rest may be misspelled. A name of up to four letters is
 * an abbreviation, and one with digits a POSIX rule. For these, similar names mean something else.
 */
function nearestZone(wanted: string, names: readonly string[]): string | undefined {
  if (wanted.length <= 4 || /^[a-z]+[+-]?\d/.test(wanted)) return undefined;
  const region = /^[a-z]+\//.exec(wanted)?.[0] ?? '';
  const inRegion = names.filter((name) => region !== '' && name.toLowerCase().startsWith(region));
  if (inRegion.length === 0) return nearest(wanted, names);
  const city = nearest(
    wanted.slice(region.length),
    inRegion.map((name) => name.slice(region.length)),
  );
  return inRegion.find((name) => name.slice(region.length) === city);
}

/** Returns the zone of a valid IANA name. @throws RangeError with the nearest name for an unknown one. */
export function timeZoneOf(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone) return zone;
  const meant = suggestTimeZone(name);
  const way = meant === undefined ? 'write one such as Europe/Berlin or UTC.' : `did you mean ${meant}?`;
  throw new RangeError(`${quoted(name)} is not an IANA time zone; ${way}`);
}

/** The time zone of a system. */
export interface SystemZone {
  /** IANA name. */
  readonly name: string;
  /** The value of `TZ`, if it is not the name of a zone. In that case `name` is `UTC`. */
  readonly unknown?: string;
}

/**
 * Returns the zone that the variable `TZ` names, or the system default if `TZ` is not set. Accepts the forms that libc
 * accepts for a name: `Europe/Berlin`, `:Europe/Berlin`, a path below `zoneinfo/`. Anything else (an abbreviation, a
 * POSIX rule, a typo) is unknown: V8 would guess, and read `BST` as Bangladesh.
 */
export function systemZone(tz: string | undefined): SystemZone {
  if (tz === undefined) {
    if (isUtcHere()) return { name: 'UTC' };
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    return { name: isTimeZone(timeZone) ? timeZone : 'UTC' };
  }
  const name = tz
    .replace(/^:/, '')
    .replace(/^\/.*\/zoneinfo\//, '')
    .replace(/^posix\//, '');
  if (name === '') return { name: 'UTC' };
  return isWrittenSo(name) ? { name } : { name: 'UTC', unknown: tz };
}

/** Whether a zone has this exact name, including case: libc, which commands use, accepts no other spelling. */
function isWrittenSo(name: string): boolean {
  if (!isTimeZone(name)) return false;
  const written = UNDIVIDED.get(name.toLowerCase()) ?? canonicalName(name);
  return written === name || written.toLowerCase() !== name.toLowerCase();
}

const canonicalName = (name: string): string =>
  new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;

/**
 * Whether the system's zone is UTC, without `Intl`, which takes 10 ms to start. Also `false` if the locale names UTC in
 * another language.
 */
const isUtcHere = (): boolean => new Date(0).toString().endsWith('(Coordinated Universal Time)');
