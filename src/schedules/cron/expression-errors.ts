import { DurationError, parseDuration } from '../../domain/duration.js';
import { quoted } from '../../text/quoted.js';
import { nearest } from '../../text/nearest.js';
import { asItLooks, oddCharacter } from '../../text/odd-character.js';
import { ScheduleError } from '../kind.js';
import { quartzHint } from './quartz-and-aws.js';
import { isTimeZone } from '../zone/zone-name.js';

/** The maximum length of an expression, in UTF-16 units. Even a list of every value in every field is shorter. */
export const LONGEST_EXPRESSION = 1_000;

export function tooLong(text: string): ScheduleError {
  const message = `The expression is too long: it has ${text.length} characters; the maximum is ${LONGEST_EXPRESSION}.`;
  const hint = 'Write ranges and steps, such as 0-30/5, or a list of several expressions.';
  return new ScheduleError('cron-too-long', message, { hint, place: { span: [0, text.length] } });
}

export function assignment(text: string): ScheduleError {
  const span = [0, text.length] as const;
  const hint = 'Put a zone under timezone:, and a variable under env:.';
  return new ScheduleError('cron-assignment', 'A cron expression cannot contain an assignment.', {
    hint,
    place: { span },
  });
}

export function wrongCount(text: string, fields: readonly string[], shorthands: Iterable<string>): ScheduleError {
  const count = fields.length;
  if (count === 0) {
    return new ScheduleError('cron-empty', 'The expression is empty.', { hint: 'Write five fields: "0 3 * * *".' });
  }
  const hint =
    count < 5
      ? (calendarHint(text) ??
        bareShorthand(text, shorthands) ??
        'The fields are minute, hour, day of month, month and day of week. An optional field before them is the second.')
      : (quartzHint(fields) ??
        'Write five fields, or six with the second first. For years, use not_before and not_after; the command goes under run.');
  const message = `An expression has five or six fields, not ${count}.`;
  return new ScheduleError('cron-fields', message, { hint, place: { span: [0, text.length] } });
}

/** Returns the fix for a shorthand without its `@`: `daily`, `every 5m`. */
function bareShorthand(text: string, shorthands: Iterable<string>): string | undefined {
  const word = `@${text.trim()}`;
  if (/^@every\s/i.test(word)) return everyHint(word);
  return [...shorthands].includes(word.toLowerCase()) ? `Write ${word.toLowerCase()}.` : MEANT.get(word.toLowerCase());
}

const ASCII = /^[\x00-\x7f]*$/;

/**
 * Rejects characters that look like a blank, a dash or a letter of an expression.
 * @throws ScheduleError with the character's name, and the text with plain characters in place of lookalikes.
 */
export function refuseOddCharacter(text: string): void {
  const odd = ASCII.test(text) ? undefined : oddCharacter(text);
  if (odd === undefined) return;
  const { index, name } = odd;
  const looks = asItLooks(text).replaceAll('\n', ' ');
  const isRepaired = /^[\x20-\x7e]*$/.test(looks);
  throw new ScheduleError('cron-character', `${name} does not belong here.`, {
    hint: isRepaired ? `${odd.hint.replace(/[.:].*$/, '')}. Write "${looks}".` : odd.hint,
    place: { span: [index, index + 1] },
  });
}

/** Rejects a time zone as the last field. @throws ScheduleError that names the key `timezone`. */
export function refuseZone(text: string, last: string): void {
  if (!/^[A-Za-z]/.test(last) || !isTimeZone(last) || !/\s/.test(text.trim())) return;
  const start = text.lastIndexOf(last);
  throw new ScheduleError('cron-zone', `${quoted(last)} is a time zone, not a field of an expression.`, {
    hint: `Write only the expression, and set timezone: ${last}.`,
    place: { span: [start, start + last.length] },
  });
}

/** Returns the fix for a systemd `OnCalendar=`, such as weekdays and a time of day: `Mon..Fri 09:00`. */
function calendarHint(text: string): string | undefined {
  const form = /^(?:([a-z]{3,9}(?:(?:\.\.|,)[a-z]{3,9})*)\s+)?(?:\*-\*-\*\s+)?([01]?\d|2[0-3]):([0-5]\d)(?::00)?$/i;
  const [, weekdays, hour, minute] = form.exec(text.trim()) ?? [];
  if (hour === undefined) return /\.\.|\*-|\d:\d/.test(text) ? CALENDAR : undefined;
  const days = weekdays === undefined ? '*' : weekdays.replaceAll('..', '-').replace(/[a-z]+/gi, shortened);
  return `${CALENDAR} Write cron: "${Number(minute)} ${Number(hour)} * * ${days}".`;
}

const CALENDAR = "This looks like systemd's OnCalendar.";

const shortened = (name: string): string => name.slice(0, 3).toUpperCase();

/** Shorthands of other programs, or ones that users expect. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['@reboot', 'Write run_at_start: true next to another schedule key.'],
  ['@minutely', 'Write @every_minute.'],
  ['@secondly', 'Use the key every instead: every: 1s.'],
  ['@every_second', 'Use the key every instead: every: 1s.'],
  ['@minute', 'Write @every_minute.'],
  ['@second', 'Use the key every instead: every: 1s.'],
  ['@hour', 'Write @hourly.'],
  ['@day', 'Write @daily.'],
  ['@week', 'Write @weekly.'],
  ['@month', 'Write @monthly.'],
  ['@year', 'Write @yearly.'],
  ['@workdays', 'Write @weekdays.'],
  ['@midnite', 'Write @midnight.'],
  ['@night', 'Write @midnight.'],
  ['@nightly', 'Write @midnight.'],
  ['@every_hour', 'Write @hourly.'],
  ['@every_day', 'Write @daily.'],
  ['@every_week', 'Write @weekly.'],
  ['@every_month', 'Write @monthly.'],
  ['@every_year', 'Write @yearly.'],
  ['@quarterly', 'Write cron: "0 0 1 */3 *".'],
  ['@semiannually', 'Write cron: "0 0 1 1,7 *".'],
  ['@semi-annually', 'Write cron: "0 0 1 1,7 *".'],
  ['@midday', 'Write @noon.'],
  ['@fortnightly', 'Write every: {interval: 2w, at: "Mon 00:00"}.'],
  [
    '@biweekly',
    'Write every: {interval: 2w, at: "Mon 00:00"} for every second week, or cron: "0 0 * * MON,THU" for twice a week.',
  ],
]);

/** Returns the fix for an unknown shorthand. */
export function shorthandHint(word: string, shorthands: Iterable<string>): string {
  const known = MEANT.get(word.toLowerCase());
  if (known !== undefined) return known;
  const [, count, unit = ''] = /^@every_([1-9]\d{0,5})_?(second|minute|hour|day|week)s?$/i.exec(word) ?? [];
  if (count !== undefined) return `Use the key every instead: every: ${count}${unit.charAt(0).toLowerCase()}.`;
  if (/^@(?:every(?![a-z_])|\d)/i.test(word)) return everyHint(word);
  const names = [...shorthands];
  const meant = nearest(word, names) ?? names.find((name) => word.length > 3 && name.startsWith(word.toLowerCase()));
  return meant === undefined ? `The shorthands are ${names.join(', ')}.` : `Did you mean ${meant}?`;
}

/** Returns the fix for `@every 1h30m` (from Go programs), `@every 90 minutes` and `@5m`. */
function everyHint(word: string): string {
  const length = word.replace(/^@(?:every)?\s*/i, '');
  if (length === '') return 'Use the key every instead, for example every: 5m.';
  try {
    parseDuration(length);
    return `Use the key every instead: every: ${length}.`;
  } catch (error) {
    if (error instanceof DurationError) return `Use the key every instead. ${error.hint}`;
    throw error;
  }
}
