/** A small generator of pseudo-random numbers (mulberry32): the same seed, the same expressions on every machine. */
export function randomFrom(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
}

type Random = (count: number) => number;

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const WORDS = ['minutely', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'semiannually', 'yearly', 'annually'];

const two = (value: number): string => String(value).padStart(2, '0');

/** A list of values, ranges and steps; `*` for all. */
function chain(random: Random, min: number, max: number): string {
  if (random(3) === 0) return '*';
  return Array.from({ length: 1 + random(3) }, () => component(random, min, max)).join(',');
}

function component(random: Random, min: number, max: number): string {
  const first = min + random(max - min + 1);
  const written = random(2) === 0 ? two(first) : String(first);
  const last = first + 1 + random(Math.max(1, max - first));
  const step = 1 + random(Math.max(1, Math.floor((max - first) / 2)));
  switch (random(4)) {
    case 0:
      return last <= max ? `${written}..${last}` : written;
    case 1:
      return first + step <= max ? `${written}/${step}` : written;
    case 2:
      return last <= max ? `${written}..${last}/${step}` : written;
    default:
      return written;
  }
}

function weekdays(random: Random): string {
  const first = random(7);
  const last = first + random(7 - first);
  const range = last > first ? `${DAY_NAMES[first] ?? ''}..${DAY_NAMES[last] ?? ''}` : (DAY_NAMES[first] ?? '');
  return random(3) === 0 ? `${range},${DAY_NAMES[random(7)] ?? ''}` : range;
}

function date(random: Random): string {
  const years = ['*', '*', '*', '*', '2027', '2026..2030', '2026/2', '2027,2029'];
  const month = chain(random, 1, 12);
  const day = random(4) === 0 ? `~${component(random, 1, 7).replace(/\/.*/, '')}` : `-${chain(random, 1, 31)}`;
  return `${years[random(years.length)] ?? '*'}-${month}${day}`;
}

function time(random: Random): string {
  const seconds = ['', '', ':00', ':30', ':0/20', ':15,45', ':*'];
  return `${chain(random, 0, 23)}:${chain(random, 0, 59)}${seconds[random(seconds.length)] ?? ''}`;
}

/** Returns an `OnCalendar=` expression; systemd may refuse it. */
export function generatedCalendar(random: Random): string {
  if (random(12) === 0) return WORDS[random(WORDS.length)] ?? 'daily';
  const parts = [...(random(3) === 0 ? [weekdays(random)] : []), ...(random(3) > 0 ? [date(random)] : [])];
  return [...parts, ...(random(4) > 0 || parts.length === 0 ? [time(random)] : [])].join(' ');
}
