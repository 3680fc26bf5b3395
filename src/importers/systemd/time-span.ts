import type { Duration } from '../../domain/time.js';

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** The units in milliseconds, by every name in systemd.time(7). Months and years are averages, as in systemd. */
const UNITS: ReadonlyMap<string, number> = new Map(
  (
    [
      ['usec us µs μs', 0.001],
      ['msec ms', 1],
      ['seconds second sec s', SECOND],
      ['minutes minute min m', 60 * SECOND],
      ['hours hour hr h', 3600 * SECOND],
      ['days day d', DAY],
      ['weeks week w', 7 * DAY],
      ['months month M', 30.44 * DAY],
      ['years year y', 365.25 * DAY],
    ] as const
  ).flatMap(([names, length]) => names.split(' ').map((name) => [name, length] as const)),
);

const PART = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-zµμ]*)/;

/**
 * Reads a time span: `1h 30min`, `90`, `1.5d`; a number without a unit is in units of `unit` milliseconds. Returns
 * milliseconds, Infinity for `infinity`, and `undefined` for anything else.
 */
export function parseTimeSpan(text: string, unit = SECOND): Duration | undefined {
  if (text.trim() === 'infinity') return Infinity;
  let rest = text.trimEnd();
  let sum = 0;
  do {
    const [part, count = '', name = ''] = PART.exec(rest) ?? [];
    const length = name === '' ? unit : UNITS.get(name);
    if (part === undefined || length === undefined) return undefined;
    sum += Number(count) * length;
    rest = rest.slice(part.length);
  } while (rest !== '');
  return Math.round(sum);
}

const NAMES = [
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', 3600 * SECOND],
  ['m', 60 * SECOND],
  ['s', SECOND],
  ['ms', 1],
] as const;

/** Writes milliseconds as a duration of a timer file: `1h30m`, `250ms`. */
export function writeDuration(length: Duration): string {
  const [whole] = NAMES.filter(([, unit]) => length > 0 && length % unit === 0);
  if (whole !== undefined && length / whole[1] < 1000) return `${length / whole[1]}${whole[0]}`;
  let rest = length;
  const parts = NAMES.flatMap(([name, unit]) => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    return count > 0 ? [`${count}${name}`] : [];
  });
  return parts.length === 0 ? '0s' : parts.join('');
}
