import { quoted } from '../../text/quoted.js';
import { ScheduleError, type Place } from '../kind.js';
import type { DayGrid } from './days.js';
import { awsForm } from './quartz-and-aws.js';
import {
  assignment,
  LONGEST_EXPRESSION,
  refuseOddCharacter,
  refuseZone,
  shorthandHint,
  tooLong,
  wrongCount,
} from './expression-errors.js';
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

/** A parsed cron expression. Immutable. */
export type Expression = Readonly<Record<FieldPosition['key'], Field>> & {
  /** Restricts the days, for `every` with a time of day. Cron syntax cannot express this. */
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

/** Expands a shorthand such as `@daily` to its five fields, and shortens names; everything else stays as it is. */
export const writtenOut = (text: string): string =>
  SHORTHANDS.get(text.trim().toLowerCase()) ?? (/[a-z]{4}/i.test(text) ? withShortNames(text) : text);

type Span = NonNullable<Place['span']>;

/**
 * Parses an expression of five fields, or six with seconds first, or a shorthand such as `@daily`. `seed` is for `H`.
 * @throws ScheduleError with the place in the text.
 */
export function readExpression(text: string, seed: string): Expression {
  refuseForeign(text);
  const fields = fieldsOf(text);
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

/** Returns the five or six fields of an expression. @throws ScheduleError for any other number of fields. */
function fieldsOf(text: string): string[] {
  const fields = textsOf(text);
  refuseZone(text, fields.at(-1) ?? '');
  if (fields.length < 5 || fields.length > 6) throw wrongCount(text, fields, SHORTHANDS.keys());
  return fields;
}

/** Rejects texts that contain more than an expression, or that have another syntax. @throws ScheduleError */
function refuseForeign(text: string): void {
  if (text.length > LONGEST_EXPRESSION) throw tooLong(text);
  const foreign = awsForm(text);
  if (foreign) throw foreign;
  if (text.includes('=')) throw assignment(text);
  refuseOddCharacter(text);
}

/**
 * Returns the texts of an expression's fields; for a shorthand, those of its expression. @throws ScheduleError if a
 * text that begins with `@` is not a known shorthand.
 */
export const textsOf = (text: string): string[] =>
  splitFields(text.trimStart().startsWith('@') ? shorthandOf(text) : text);

/** Returns where a position's field is in an expression; for a shorthand, the whole expression. */
export function spanOf(text: string, position: FieldPosition): Span {
  let start = 0;
  const spans = splitFields(text).map((field): Span => {
    start = text.indexOf(field, start) + field.length;
    return [start - field.length, start];
  });
  return spans[POSITIONS.indexOf(position) + spans.length - POSITIONS.length] ?? [0, text.length];
}

/** Splits at spaces and tabs. Line breaks count as spaces only at the start and the end of the text. */
function splitFields(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  // Fields are almost always separated by single spaces, for which a regular expression would cost as much as the rest
  // of the parser.
  const isPlain = !trimmed.includes('  ') && !trimmed.includes('\t');
  return isPlain ? trimmed.split(' ') : trimmed.split(/[ \t]+/);
}

function shorthandOf(text: string): string {
  const word = text.trim();
  const expression = SHORTHANDS.get(word.toLowerCase());
  if (expression !== undefined) return expression;
  const [first = ''] = word.split(/\s/);
  if (SHORTHANDS.has(first.toLowerCase())) throw command(text, [text.indexOf(first) + first.length + 1, text.length]);
  const hint = shorthandHint(word, SHORTHANDS.keys());
  throw new ScheduleError('cron-shorthand', `${quoted(word)} is not a known shorthand.`, {
    hint,
    place: { span: [0, text.length] },
  });
}

/** Matches a path, or a word that does not start with a weekday: in a crontab, the command follows the five fields. */
const COMMAND = /^(?:[./~]|(?!sun|mon|tue|wed|thu|fri|sat)[a-z]{4})/i;

function command(text: string, [start, end]: Span = spanOf(text, DAY_OF_WEEK_FIELD)): ScheduleError {
  const message = `${quoted(text.slice(start, end))} is a command, not a field of an expression.`;
  const hint = 'Write only the expression. The command goes under run.';
  return new ScheduleError('cron-command', message, { hint, place: { span: [start, end] } });
}

/** Returns the error with its span counted from the start of the expression, not of the field. */
function placed(error: FieldError, text: string): ScheduleError {
  const [fieldStart] = spanOf(text, error.position);
  const [start, end] = error.span;
  const place = { span: [fieldStart + start, fieldStart + end] as const };
  return new ScheduleError(error.code, error.message, { hint: error.hint, place });
}
