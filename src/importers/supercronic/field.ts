import type { DayNumbers } from './days.js';

/** A field as supercronic's cronexpr reads it (cronexpr_parse.go). */
export interface CronexprField {
  /** Ascending; of a day field only the plain days. */
  readonly values: readonly number[];
  /** `L`, `LW`, `15W`, `5L` and `5#3` of a day field. */
  readonly rules: readonly DayNumbers[];
  /** Whether it has `*` or `?` alone: a day field without it restricts the days. `*` with a step restricts them, too. */
  readonly isAny: boolean;
  /** For `cron`. In a day field without `*` before a step: here it would ask for both day fields. */
  readonly written: string;
}

export interface CronexprRange {
  readonly low: number;
  readonly high: number;
  /** What a value looks like. */
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
  if (low === undefined) return undefined;
  const bounds = boundsOf({ low, high, step }, range);
  const values = valuesFrom(bounds, Number(step ?? 1), range);
  if (values === undefined) return undefined;
  if (!isStar(low)) return { values, written: text };
  if (step === undefined) return { values, written: '*', isAny: true };
  return { values, written: range.rule ? `${bounds.join('-')}/${step}` : text };
}

function valuesFrom(
  [first, last]: readonly (number | undefined)[],
  stride: number,
  { high }: CronexprRange,
): readonly number[] | undefined {
  if (first === undefined || last === undefined || last < first || stride < 1 || stride > high) return undefined;
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) => first + index * stride);
}

const isStar = (low: string): boolean => low === '*' || low === '?';

interface ItemParts {
  readonly low: string;
  readonly high: string | undefined;
  readonly step: string | undefined;
}

/** `5/15` goes on to the end of the range. */
function boundsOf({ low, high, step }: ItemParts, range: CronexprRange): readonly (number | undefined)[] {
  if (isStar(low)) return [range.low, range.high];
  const first = numberOf(low, range);
  if (high !== undefined) return [first, numberOf(high, range)];
  return [first, step === undefined ? first : range.high];
}

function numberOf(text: string, { value, names = [], low }: CronexprRange): number | undefined {
  const name = names.findIndex((one) => one === text || one.slice(0, 3) === text);
  if (name !== -1) return name + low;
  if (!value.test(text)) return undefined;
  // A weekday of 7 is Sunday.
  return names.length === 7 ? Number(text) % 7 : Number(text);
}
