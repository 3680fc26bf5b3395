import { quoted } from '../../text/excerpt.js';
import { nearest } from '../../text/nearest.js';
import { ScheduleError, type Place } from '../kind.js';
import type { DayGrid } from './days.js';
import { awsForm } from './dialect.js';
import { FieldError, FieldReader, type Field } from './field.js';
import { withShortNames } from './names.js';
import {
  DAY_OF_MONTH_FIELD,
  DAY_OF_WEEK_FIELD,
  HOUR_FIELD,
  MINUTE_FIELD,
  MONTH_FIELD,
  POSITIONS,
  SECOND_FIELD,
  type FieldPosition,
} from './position.js';

/** A cron expression, read. Immutable. */
export type Expression = Readonly<Record<FieldPosition['key'], Field>> & {
  /** Of its days only those: no cron expression says so, `every` with a time of day does. */
  readonly grid?: DayGrid;
};

const seconds = new FieldReader(SECOND_FIELD);
const minutes = new FieldReader(MINUTE_FIELD);
const hours = new FieldReader(HOUR_FIELD);
const daysOfMonth = new FieldReader(DAY_OF_MONTH_FIELD);
const months = new FieldReader(MONTH_FIELD);
const daysOfWeek = new FieldReader(DAY_OF_WEEK_FIELD);

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
  ['@every_minute', '* * * * *'],
  ['@noon', '0 12 * * *'],
  ['@weekdays', '0 0 * * 1-5'],
  ['@weekends', '0 0 * * 0,6'],
]);

/** In UTF-16 units; every value of every field as a list takes less. */
const LONGEST_EXPRESSION = 1_000;

/** Writes a shorthand such as `@daily` as its five fields, and names short; all else stays as it is. */
export const writtenOut = (text: string): string =>
  SHORTHANDS.get(text.trim().toLowerCase()) ?? (/[a-z]{4}/i.test(text) ? withShortNames(text) : text);

type Span = NonNullable<Place['span']>;

/**
 * Reads an expression of five fields, or six with seconds first, or a shorthand such as `@daily`. `seed` is for `H`.
 * @throws ScheduleError with the place in the text.
 */
export function readExpression(text: string, seed: string): Expression {
  if (text.length > LONGEST_EXPRESSION) throw tooLong(text);
  const foreign = awsForm(text);
  if (foreign) throw foreign;
  if (text.includes('=')) throw assignment(text);
  const fields = textsOf(text);
  if (fields.length < 5 || fields.length > 6) throw wrongCount(text, fields.length);
  if (COMMAND.test(fields[5] ?? '')) throw command(text);
  const first = fields.length - POSITIONS.length;
  const read = (reader: FieldReader, index: number): Field => reader.read(fields[first + index] ?? '0', seed);
  try {
    return {
      second: read(seconds, 0),
      minute: read(minutes, 1),
      hour: read(hours, 2),
      dayOfMonth: read(daysOfMonth, 3),
      month: read(months, 4),
      dayOfWeek: read(daysOfWeek, 5),
    };
  } catch (error) {
    throw error instanceof FieldError ? placed(error, text) : error;
  }
}

/** Returns the texts of an expression's fields; of a shorthand, of what it stands for. @throws ScheduleError when it is no shorthand. */
export const textsOf = (text: string): string[] =>
  splitFields(text.trimStart().startsWith('@') ? shorthandOf(text) : text);

/** Returns where the field of a position stands in an expression; all of it, when the expression is a shorthand. */
export function spanOf(text: string, position: FieldPosition): Span {
  let start = 0;
  const spans = splitFields(text).map((field): Span => {
    start = text.indexOf(field, start) + field.length;
    return [start - field.length, start];
  });
  return spans[POSITIONS.indexOf(position) + spans.length - POSITIONS.length] ?? [0, text.length];
}

/** Splits at blanks and tabs; line ends count as blanks only at the ends of the text. */
function splitFields(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  // Almost always single blanks, for which the regular expression would cost as much as all the rest of reading.
  const isPlain = !trimmed.includes('  ') && !trimmed.includes('\t');
  return isPlain ? trimmed.split(' ') : trimmed.split(/[ \t]+/);
}

function shorthandOf(text: string): string {
  const word = text.trim();
  const expression = SHORTHANDS.get(word.toLowerCase());
  if (expression !== undefined) return expression;
  const [first = ''] = word.split(/\s/);
  if (SHORTHANDS.has(first.toLowerCase())) throw command(text, [text.indexOf(first) + first.length + 1, text.length]);
  const hint = /^@reboot$/i.test(word)
    ? 'Write run_at_start: true beside another schedule key.'
    : /^@every\b/i.test(word)
      ? everyHint(word)
      : shorthandHint(word);
  throw new ScheduleError('cron-shorthand', `${quoted(word)} is not a known shorthand.`, {
    hint,
    place: { span: [0, text.length] },
  });
}

/** `@every 1h30m`, of Go programs. */
function everyHint(word: string): string {
  const [, length = '5m'] = /^@every\s+((?:\d{1,6}[hms])+)$/i.exec(word) ?? [];
  return `Write the key every: instead, for example every: ${length}.`;
}

function shorthandHint(word: string): string {
  const meant = nearest(word, SHORTHANDS.keys());
  return meant === undefined ? `The shorthands are ${[...SHORTHANDS.keys()].join(', ')}.` : `Did you mean ${meant}?`;
}

/** A path, or a word that begins with no weekday: in a crontab the command stands behind five fields. */
const COMMAND = /^(?:[./~]|(?!sun|mon|tue|wed|thu|fri|sat)[a-z]{4})/i;

function command(text: string, [start, end]: Span = spanOf(text, DAY_OF_WEEK_FIELD)): ScheduleError {
  const message = `${quoted(text.slice(start, end))} is not a field of an expression, but a command.`;
  const hint = 'Write the expression alone. The command goes under run.';
  return new ScheduleError('cron-command', message, { hint, place: { span: [start, end] } });
}

function tooLong(text: string): ScheduleError {
  const message = `The expression has ${text.length} characters; ${LONGEST_EXPRESSION} are the most.`;
  const hint = 'Write ranges and steps, such as 0-30/5, or a list of several expressions.';
  return new ScheduleError('cron-too-long', message, { hint, place: { span: [0, text.length] } });
}

function assignment(text: string): ScheduleError {
  const span = [0, text.length] as const;
  const hint = 'A zone is written under timezone:, a variable under env:.';
  return new ScheduleError('cron-assignment', 'An assignment does not stand in the expression.', {
    hint,
    place: { span },
  });
}

function wrongCount(text: string, count: number): ScheduleError {
  if (count === 0) {
    return new ScheduleError('cron-empty', 'The expression is empty.', { hint: 'Write five fields: "0 3 * * *".' });
  }
  const hint =
    count < 5
      ? 'The fields are minute, hour, day of month, month, day of week; a sixth in front of them is the second.'
      : 'Five fields, or six with the second first. Years are not_before and not_after; the command stands under run.';
  const message = `An expression has five or six fields, not ${count}.`;
  return new ScheduleError('cron-fields', message, { hint, place: { span: [0, text.length] } });
}

/** Moves the span of an error from the field into the expression. */
function placed(error: FieldError, text: string): ScheduleError {
  const [fieldStart] = spanOf(text, error.position);
  const [start, end] = error.span;
  const place = { span: [fieldStart + start, fieldStart + end] as const };
  return new ScheduleError(error.code, error.message, { hint: error.hint, place });
}
