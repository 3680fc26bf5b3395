import { ScheduleError } from '../kind.js';
import { FieldReader, type Field } from './field.js';
import { DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, POSITIONS, SECOND, type Position } from './position.js';

/** A cron expression, read. Immutable. */
export type Expression = Readonly<Record<Position['key'], Field>>;

const seconds = new FieldReader(SECOND);
const minutes = new FieldReader(MINUTE);
const hours = new FieldReader(HOUR);
const daysOfMonth = new FieldReader(DAY_OF_MONTH);
const months = new FieldReader(MONTH);
const daysOfWeek = new FieldReader(DAY_OF_WEEK);

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

const BLANK = 32;
const TAB = 9;

/**
 * Reads an expression of five fields, or six with seconds first, or a shorthand such as `@daily`. `seed` is for `H`.
 * @throws ScheduleError with the place in the text.
 */
export function readExpression(text: string, seed: string): Expression {
  if (text.includes('=')) throw assignment(text);
  const { fields, starts } = splitFields(text.includes('@') ? shorthandOf(text) : text);
  if (fields.length < 5 || fields.length > 6) throw wrongCount(text, fields.length);
  const read = (reader: FieldReader, index: number): Field => {
    const place = index + fields.length - POSITIONS.length;
    try {
      return reader.read(fields[place] ?? '0', seed);
    } catch (error) {
      throw moved(error, starts[place] ?? 0);
    }
  };
  return {
    second: read(seconds, 0),
    minute: read(minutes, 1),
    hour: read(hours, 2),
    dayOfMonth: read(daysOfMonth, 3),
    month: read(months, 4),
    dayOfWeek: read(daysOfWeek, 5),
  };
}

/** Answers where the field of a position stands in an expression; all of it, when the expression is a shorthand. */
export function spanOf(text: string, position: Position): readonly [start: number, end: number] {
  const { fields, starts } = splitFields(text);
  const index = POSITIONS.findIndex(({ key }) => key === position.key) + fields.length - 6;
  const [field, start] = [fields[index], starts[index]];
  return field === undefined || start === undefined ? [0, text.length] : [start, start + field.length];
}

/** Written out by hand: a regular expression here costs as much as the rest of reading. Blank, tab, and line ends at the text's ends. */
function splitFields(text: string): { fields: string[]; starts: number[] } {
  const [fields, starts]: [string[], number[]] = [[], []];
  const end = text.trimEnd().length;
  for (let start = text.length - text.trimStart().length; start < end;) {
    const code = text.charCodeAt(start);
    if (code === BLANK || code === TAB) {
      start++;
      continue;
    }
    let stop = start + 1;
    while (stop < end && text.charCodeAt(stop) !== BLANK && text.charCodeAt(stop) !== TAB) stop++;
    fields.push(text.slice(start, stop));
    starts.push(start);
    start = stop;
  }
  return { fields, starts };
}

function shorthandOf(text: string): string {
  const word = text.trim();
  const expression = SHORTHANDS.get(word.toLowerCase());
  if (expression !== undefined) return expression;
  const hint = /^@reboot$/i.test(word)
    ? 'Write run_at_start: true beside another schedule key.'
    : /^@every\b/i.test(word)
      ? 'Write the key every: instead, for example every: 5m.'
      : `The shorthands are ${[...SHORTHANDS.keys()].join(', ')}.`;
  throw new ScheduleError('cron-shorthand', `"${word}" is no schedule here.`, {
    hint,
    place: { span: [0, text.length] },
  });
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
function moved(error: unknown, by: number): unknown {
  if (!(error instanceof ScheduleError) || !error.place?.span) return error;
  const [start, end] = error.place.span;
  return new ScheduleError(error.code, error.message, { hint: error.hint, place: { span: [start + by, end + by] } });
}
