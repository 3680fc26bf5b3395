import type { Schedule } from '../../domain/schedule.js';
import type { Instant } from '../../domain/time.js';
import { parseScheduleAt } from '../../schedules/index.js';
import { parseTimeSpan, writeDuration } from './time-span.js';

/** What an interval is compared with. */
interface Comparison {
  readonly zone: string;
  readonly now: Instant;
  readonly calendars: Pick<Schedule, 'next'>;
}

/** The number of firings that are compared. */
const COMPARED = 50;

type Every = string | Readonly<Record<string, string>>;

/** Reads `X-Every`, which `timers export systemd` writes; `undefined` if the calendars fire at other times. */
export function readEvery(text: string, { zone, now, calendars }: Comparison): Every | undefined {
  const every = everyIn(text);
  if (every === undefined) return undefined;
  try {
    // The values are texts, which the parser checks.
    const schedule = parseScheduleAt({ every: every as string, timezone: zone }, { start: now });
    let [at, expected]: (Instant | undefined)[] = [now, now];
    for (let count = 0; count < COMPARED && at !== undefined && at === expected; count++)
      [at, expected] = [schedule.next(at), calendars.next(at)];
    return at === expected ? every : undefined;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function everyIn(text: string): Every | undefined {
  if (!text.startsWith('{')) return lengthIn(text);
  try {
    const written = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return Object.fromEntries(
      written.map(([key, value]) => [key, (key === 'at' ? undefined : lengthIn(String(value))) ?? String(value)]),
    );
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function lengthIn(text: string): string | undefined {
  const length = parseTimeSpan(text);
  return length === undefined ? undefined : writeDuration(length);
}
