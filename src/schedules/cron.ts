import { clockTraps } from './cron/clock-traps.js';
import { CronSchedule, Union } from './cron/cron-schedule.js';
import { readExpression, type Expression } from './cron/expression.js';
import { expressionInWords } from './cron/expression-in-words.js';
import { noSuchDay, onlyInGaps } from './cron/no-such-day.js';
import { warningsOf } from './cron/expression-warnings.js';
import { canCome } from './cron/wall-walk.js';
import {
  byLocalTime,
  ScheduleError,
  ScheduleTypeError,
  type ParsedSchedule,
  type Place,
  type ScheduleContext,
  type ScheduleKind,
} from './kind.js';
import { timeZoneOf } from './zone/zone-name.js';

/** `cron: "0 3 * * *"`, or a list of expressions that are their union. */
export const cron: ScheduleKind<'cron', string | readonly string[]> = {
  key: 'cron',
  recurs: true,
  entry: {
    summary: 'Fires at the times of a cron expression.',
    example: '"30 3 * * *"',
    details: [
      'An expression has five fields: minute, hour, day of month, month, day of week.',
      'With six fields, the first one is the second.',
      'A list fires whenever one of its expressions does.',
      'Quote an expression, because `*` has a meaning in YAML.',
    ],
  },
  json: {
    anyOf: [
      { type: 'string', minLength: 1, title: 'cron expression' },
      { type: 'array', minItems: 1, items: { type: 'string', minLength: 1, title: 'cron expression' } },
    ],
  },
  examples: [
    '0 3 * * *',
    '*/15 9-17 * * MON-FRI',
    '30 0 12 * * *',
    '0 0 L * *',
    '0 8 15W * *',
    '0 9 * * FRI#2',
    '0 9 13 * +FRI',
    'H H(0-5) * * *',
    '@daily',
    ['0 9 * * MON-FRI', '0 11 * * SAT,SUN'],
  ],

  parse(value, context) {
    if (typeof value === 'string') return parseOne(value, context);
    if (!Array.isArray(value)) throw notText();
    if (value.length === 0) {
      throw new ScheduleError('cron-empty', 'cron is an empty list.', { hint: 'List at least one expression.' });
    }
    const parsed = value.map((text: unknown, item) => parseOne(text, context, item));
    const [first, ...others] = parsed.map(({ schedule }) => schedule);
    return {
      schedule: first && others.length === 0 ? first : new Union(parsed.map(({ schedule }) => schedule)),
      text: parsed.map(({ text }) => text).join(' | '),
      warnings: parsed.flatMap(({ warnings }, item) =>
        warnings.map((warning) => ({ ...warning, place: { ...warning.place, item } })),
      ),
    };
  },

  inWords: (text, seed) =>
    text
      .split(' | ')
      .map((expression) => expressionInWords(expression, seed))
      .join('; '),

  timekeeping: ({ intervalLike }, timezone) =>
    intervalLike
      ? 'Its minute or hour begins with *: times that a clock change skips do not fire; times it repeats fire twice.'
      : byLocalTime(timezone),
};

interface ParsedCron extends ParsedSchedule {
  readonly schedule: CronSchedule;
}

function parseOne(text: unknown, context: ScheduleContext, item?: number): ParsedCron {
  if (typeof text !== 'string') throw notText(item);
  try {
    const { timezone, dst, seed, foresee } = context;
    const expression = readExpression(text, seed);
    if (!canCome(expression)) throw noSuchDay(expression, text);
    const schedule = new CronSchedule(expression, timeZoneOf(timezone), dst);
    if (fallsInGaps(schedule, expression, context)) throw onlyInGaps(schedule, timezone, text);
    const warnings = warningsOf(expression, text);
    return { schedule, text, warnings: foresee ? [...warnings, ...clockTraps(schedule, timezone, foresee)] : warnings };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    const place: Place = { ...error.place, ...(item !== undefined && { item }) };
    throw new ScheduleError(error.code, `cron: ${error.message}`, { hint: error.hint, place });
  }
}

const notText = (item?: number): ScheduleTypeError =>
  new ScheduleTypeError(
    'cron takes an expression as a string, or a list of expressions.',
    'For example: "0 3 * * *"',
    item === undefined ? {} : { item },
  );

/**
 * Whether clock changes skip every time of a schedule. No zone puts its clock forward every month, so only an
 * expression limited to some months is checked.
 */
function fallsInGaps(schedule: CronSchedule, expression: Expression, { dst, start }: ScheduleContext): boolean {
  if (!schedule.skipsGaps || expression.month.isFull || schedule.next(start) !== undefined) return false;
  return new CronSchedule(expression, timeZoneOf('UTC'), dst).next(start) !== undefined;
}
