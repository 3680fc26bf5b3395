import { expect, it } from 'vitest';

import { fieldsInWords } from '../../src/schedules/index.js';

const meanings = (expression: string): string[] =>
  fieldsInWords(expression, 'backup').map(({ name, meaning }) => `${name}: ${meaning}`);

it('each field of the expression is described with its values', () => {
  expect(meanings('30 2 * * MON-FRI')).toEqual([
    'minute: 30',
    'hour: 2',
    'day of month: every day',
    'month: every month',
    'day of week: Monday to Friday',
  ]);
  expect(meanings('*/20 * 0 1,15 JAN,FEB,DEC ?')).toEqual([
    'second: 0, 20 and 40',
    'minute: every minute',
    'hour: 0',
    'day of month: the 1st and the 15th',
    'month: January, February and December',
    'day of week: any day',
  ]);
});

it.each([
  ['*/5 * * * *', 0, '0, 5, 10 … 55'],
  ['1-3,7,9,10 * * * *', 0, '1 to 3, 7, 9 and 10'],
  ['0 22-2 * * *', 1, '0 to 2, 22 and 23'],
  ['0 0 1-5 * *', 2, 'the 1st to the 5th'],
  ['0 0 L * *', 2, 'the last day'],
  ['0 0 LW * *', 2, 'the last working day'],
  ['0 0 L-1 * *', 2, 'the day before the last'],
  ['0 0 1,15W,L-3 * *', 2, 'the 1st, the working day nearest to the 15th and the day 3 days before the last'],
  ['0 0 * * FRIL', 4, 'the last Friday'],
  ['0 0 * * 7L,MON#1,wed', 4, 'Wednesday, the last Sunday and the 1st Monday'],
  ['0 0 * 6-8 *', 3, 'June to August'],
  ['0 0 * * 01#2,2#02,05L', 4, 'the 2nd Monday, the 2nd Tuesday and the last Friday'],
  ['0 0 * * 00L', 4, 'the last Sunday'],
  [
    '0 0 L-03,015W,L-01 * *',
    2,
    'the day 3 days before the last, the working day nearest to the 15th and the day before the last',
  ],
  ['H * * * *', 0, '38, derived from the timer’s name'],
])('%s: field %i means %s', (expression, index, meaning) => {
  expect(fieldsInWords(expression, 'backup')[index]?.meaning).toBe(meaning);
});

it('a shorthand is described like its expression', () => {
  expect(fieldsInWords('@weekly', '').map(({ text }) => text)).toEqual(['0', '0', '*', '*', '0']);
});
