/** One of the six places in an expression. */
export interface FieldPosition {
  /** The name of the field in messages. */
  readonly name: string;
  /** The name of the field in the code, here as in cron-parser. */
  readonly key: 'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek';
  readonly min: number;
  readonly max: number;
  /** The number of distinct values, after which a wrapping range starts over. */
  readonly size: number;
  /** The largest value that `H` takes without a range: 28 in the day of the month, so that no month is skipped. */
  readonly hashMax: number;
  readonly names: ReadonlyMap<string, number>;
}

const numbered = (key: FieldPosition['key'], min: number, max: number): FieldPosition => ({
  name: key,
  key,
  min,
  max,
  size: max - min + 1,
  hashMax: max,
  names: new Map(),
});

const namesFrom = (first: number, names: string): ReadonlyMap<string, number> =>
  new Map(names.split(' ').map((name, index) => [name, first + index]));

export const SECOND_FIELD = numbered('second', 0, 59);
export const MINUTE_FIELD = numbered('minute', 0, 59);
export const HOUR_FIELD = numbered('hour', 0, 23);
export const DAY_OF_MONTH_FIELD: FieldPosition = {
  ...numbered('dayOfMonth', 1, 31),
  name: 'day-of-month',
  hashMax: 28,
};
export const MONTH_FIELD: FieldPosition = {
  ...numbered('month', 1, 12),
  names: namesFrom(1, 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'),
};
/** 0 and 7 are both Sunday. */
export const DAY_OF_WEEK_FIELD: FieldPosition = {
  ...numbered('dayOfWeek', 0, 7),
  name: 'day-of-week',
  size: 7,
  hashMax: 6,
  names: namesFrom(0, 'SUN MON TUE WED THU FRI SAT'),
};

/** All positions, in the order in which the fields are written. */
export const POSITIONS = [
  SECOND_FIELD,
  MINUTE_FIELD,
  HOUR_FIELD,
  DAY_OF_MONTH_FIELD,
  MONTH_FIELD,
  DAY_OF_WEEK_FIELD,
] as const;
