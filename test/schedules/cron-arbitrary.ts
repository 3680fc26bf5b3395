import fc from 'fast-check';

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const between = (min: number, max: number) =>
  fc.tuple(fc.integer({ min, max }), pick(1, 1, 1, 2, 3)).map(([value, width]) => String(value).padStart(width, '0'));
const join = (a: fc.Arbitrary<string>, mark: string, b: fc.Arbitrary<string>) =>
  fc.tuple(a, b).map(([x, y]) => x + mark + y);

/** A field of plain items: `*`, values, ranges that may wrap, steps, lists that may overlap. */
function plainField(min: number, max: number, usual: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const value = fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: between(min, max) });
  const range = join(value, '-', value);
  const item = fc.oneof(
    { weight: 4, arbitrary: value },
    { weight: 2, arbitrary: range },
    { weight: 1, arbitrary: join(range, '/', between(1, 7)) },
    { weight: 1, arbitrary: join(value, '/', between(1, 20)) },
    { weight: 1, arbitrary: join(pick('*'), '/', pick('2', '5', '7', '15', '20', '30')) },
  );
  return fc.oneof(
    { weight: 2, arbitrary: pick('*') },
    { weight: 5, arbitrary: item },
    { weight: 2, arbitrary: fc.array(item, { minLength: 2, maxLength: 3 }).map((items) => items.join(',')) },
  );
}

const minute = plainField(0, 59, pick('0', '1', '15', '29', '30', '31', '45', '59'));
const hour = plainField(0, 23, pick('0', '1', '2', '3', '4', '22', '23'));
const second = pick('0', '30', '*/20', '15,45', '*', '59');

const dayOfMonth = fc.oneof(
  { weight: 6, arbitrary: pick('*', '*', '*', '?') },
  { weight: 3, arbitrary: plainField(1, 31, pick('1', '15', '28', '29', '30', '31')) },
  { weight: 1, arbitrary: pick('L', 'LW', 'L-1', 'L-3', '1W', '15W', '31W', '1,L', '29W,15', '015W', 'L-03') },
);
const dayOfWeek = fc.oneof(
  { weight: 6, arbitrary: pick('*', '*', '*', '?') },
  {
    weight: 3,
    arbitrary: pick(
      '0',
      '7',
      'SUN',
      'MON-FRI',
      'FRI-MON',
      'SAT-SUN',
      '0-7',
      '1/2',
      '*/2',
      '2-5/2',
      'SUN,WED',
      '6,7',
      'MON-SUN',
    ),
  },
  {
    weight: 1,
    arbitrary: pick('SUNL', '0L', '5L', '7#1', 'SUN#2', 'SUN#5', 'SAT#4,SUN#3', '01#2', '1#02', '05L', '00L'),
  },
);
const month = fc.oneof(
  { weight: 5, arbitrary: pick('*') },
  { weight: 1, arbitrary: pick('3,10', 'MAR-APR', 'OCT-APR', '*/2', '1-12/3', '9-4') },
);

/** Expressions that fire at noon of their days: for the calendar, without clock changes. */
export const noonExpression: fc.Arbitrary<string> = fc
  .tuple(dayOfMonth, fc.oneof(month, pick('2', 'FEB', '2-4', '4,6,9,11')), dayOfWeek)
  .map((days) => `0 12 ${days.join(' ')}`);

/** Expressions of five fields that often hit the hours in which clocks change. */
export const minuteExpression: fc.Arbitrary<string> = fc
  .tuple(minute, hour, dayOfMonth, month, dayOfWeek)
  .map((fields) => fields.join(' '));

/** Expressions of six fields. */
export const secondExpression: fc.Arbitrary<string> = fc
  .tuple(second, minute, hour, dayOfMonth, month, dayOfWeek)
  .map((fields) => fields.join(' '));

export const dstPolicy = fc.record({
  gap: pick<'after' | 'skip'>('after', 'skip'),
  repeat: pick<'first' | 'last' | 'both'>('first', 'last', 'both'),
});
