import type { Instant } from '../../domain/time.js';

/** One firing in a calendar. */
export interface CalendarEvent {
  readonly timer: string;
  /** The nominal instant. */
  readonly scheduledFor: Instant;
  readonly startsAt: Instant;
  readonly description: string;
}

/** The maximum length of a line in RFC 5545, in bytes, without its line break. */
const LONGEST_LINE = 75;

/** Writes firings as an iCalendar file (RFC 5545). Each event is free time; its UID is the firing id. */
export function calendarText(events: readonly CalendarEvent[], now: Instant): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//timers-cli//timers//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'NAME:timers',
    'X-WR-CALNAME:timers',
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    ...events.flatMap((event) => eventLines(event, now)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

const eventLines = ({ timer, scheduledFor, startsAt, description }: CalendarEvent, now: Instant): readonly string[] => [
  'BEGIN:VEVENT',
  `UID:${escaped(`${timer}@${new Date(scheduledFor).toISOString()}`)}`,
  `DTSTAMP:${utc(now)}`,
  `DTSTART:${utc(startsAt)}`,
  `SUMMARY:${escaped(timer)}`,
  ...(description === '' ? [] : [`DESCRIPTION:${escaped(description)}`]),
  'TRANSP:TRANSPARENT',
  'END:VEVENT',
];

const utc = (instant: Instant): string => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');

const escaped = (text: string): string =>
  text
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replace(/\r?\n|\r/g, '\\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');

/** Folds a line at 75 bytes; each continuation begins with a space. Characters stay whole. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= LONGEST_LINE) return line;
  let text = '';
  let bytes = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (bytes + size > LONGEST_LINE) {
      text += '\r\n ';
      bytes = 1;
    }
    text += character;
    bytes += size;
  }
  return text;
}
