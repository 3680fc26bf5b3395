import type { DayNumbers } from './days.js';

/** A field as supercronic's cronexpr reads it (cronexpr_parse.go). */
export interface CronexprField {
  /** Ascending. For a day field, only the plain days. */
  readonly values: readonly number[];
  /** `L`, `LW`, `15W`, `5L` and `5#3` of a day field. */
  readonly rules: readonly DayNumbers[];
  /** Whether the field has a `*` or `?` without a step. A day field that has none restricts the days. */
  readonly isAny: boolean;
  /**
   * The field for `cron`. In a day field, without `*` before a step, which would require both day fields to match here.
   */
  readonly written: string;
}

export interface CronexprRange {
  readonly low: number;
  readonly high: number;
  /** Matches a value. */
  readonly value: RegExp;
  readonly names?: readonly string[];
  readonly rule?: (text: string) => DayNumbers | undefined;
}

interface Directive {
  readonly values: readonly number[];
  readonly written: string;
  readonly rule?: DayNumbers;
  readonly isAny?: true;
}

/** Reads a field; `undefined` if supercronic rejects it. */
export function readCronexprField(text: string, range: CronexprRange): CronexprField | undefined {
  const directives: Directive[] = [];
  for (const part of text.toLowerCase().split(',')) {
    const directive = part === '' ? undefined : readDirective(part, range);
    if (part !== '' && directive === undefined) return undefined;
    if (directive) directives.push(directive);
  }
  if (directives.length === 0) return undefined;
  const isAny = directives.some((directive) => directive.isAny === true);
  return {
    values: [...new Set(directives.flatMap(({ values }) => values))].sort((a, b) => a - b),
    rules: directives.flatMap(({ rule }) => (rule ? [rule] : [])),
    isAny,
    written: isAny ? '*' : directives.map(({ written }) => written).join(','),
  };
}

/** `*`, `*` with a step, `5`, `5-20`, `5/2`, `5-20/2`; `?` alone. */
const ITEM = /^(\?$|\*(?!-)|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/;

function readDirective(text: string, range: CronexprRange): Directive | undefined {
  const rule = range.rule?.(text);
  if (rule) return { values: [], written: text.toUpperCase(), rule };
  const [, low, high, step] = ITEM.exec(text) ?? [];
  return low === undefined ? undefined : plainDirective(text, { low, high, step }, range);
}

function plainDirective(text: string, parts: ItemParts, range: CronexprRange): Directive | undefined {
  const { low, high, step } = parts;
  const bounds = boundsOf(parts, range);
  const values = valuesFrom(bounds, Number(step ?? 1), range);
  if (values === undefined) return undefined;
  if (isStar(low)) return step === undefined ? { values, ...ANY } : { values, written: withStep(text, bounds, range) };
  // A range up to 7 ends at 0: `0-7` is Sunday alone.
  return { values, written: high === '7' && isWeek(range) ? '0' : text };
}

const ANY = { written: '*', isAny: true } as const;

const withStep = (text: string, bounds: readonly unknown[], { rule }: CronexprRange): string =>
  rule ? text.replace(/^\*/, bounds.join('-')) : text;

function valuesFrom(
  [first, last]: readonly (number | undefined)[],
  stride: number,
  { high }: CronexprRange,
): readonly number[] | undefined {
  if (first === undefined || last === undefined || last < first || stride < 1 || stride > high) return undefined;
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) => first + index * stride);
}

const isWeek = ({ names = [] }: CronexprRange): boolean => names.length === 7;

const isStar = (low: string): boolean => low === '*' || low === '?';

interface ItemParts {
  readonly low: string;
  readonly high: string | undefined;
  readonly step: string | undefined;
}

/** Returns the bounds of an item. `5/15` continues to the end of the range. */
function boundsOf({ low, high, step }: ItemParts, range: CronexprRange): readonly (number | undefined)[] {
  if (isStar(low)) return [range.low, range.high];
  const first = numberOf(low, range);
  if (high !== undefined) return [first, numberOf(high, range)];
  return [first, step === undefined ? first : range.high];
}

function numberOf(text: string, range: CronexprRange): number | undefined {
  const name = range.names?.findIndex((one) => one === text || one.slice(0, 3) === text) ?? -1;
  if (name !== -1) return name + range.low;
  if (!range.value.test(text)) return undefined;
  // A weekday of 7 is Sunday.
  return isWeek(range) ? Number(text) % 7 : Number(text);
}
