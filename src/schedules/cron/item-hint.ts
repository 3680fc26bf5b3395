import { nearest } from '../../text/nearest.js';
import { fullNames } from './names.js';
import { formHint } from './form-hint.js';
import { ruleHint } from './rule-hint.js';
import { DAY_OF_WEEK_FIELD, MONTH_FIELD, type FieldPosition } from './position.js';

/**
 * Returns what to write instead of an invalid item in uppercase. A hint proposes another schedule only if nothing else
 * can be meant.
 */
export function itemHint(position: FieldPosition, item: string): string {
  const { key, names } = position;
  if (item === '')
    return 'An item of the list is missing: there are two commas in a row, or one at the start or the end.';
  if (item.includes('?')) return questionHint(key, item);
  if (item.includes('~')) return 'Write H(a-b) for a value that is fixed per timer.';
  if (key === 'dayOfWeek' && /^[LW#]+$/.test(item)) {
    return 'Write SAT for Saturday, SATL for the last Saturday of the month, MON#1 for the first Monday.';
  }
  return (
    formHint(key, item) ??
    ruleHint(key, item) ??
    shortHint(position, item) ??
    wordHint(position, item) ??
    plainHint(names, item)
  );
}

/**
 * Explains an invalid `?`. The year of an AWS expression, read as the day of the week, shifts the other fields by one.
 */
const questionHint = (key: FieldPosition['key'], item: string): string =>
  item === '?' && (key === 'hour' || key === 'month')
    ? AWS_YEAR
    : '? is allowed only alone, in the day of the month or the day of the week. Write *.';

const AWS_YEAR =
  '? is for a day field. If the sixth field is a year, as in AWS, leave it out: without it the first field is the minute.';

/** Words that users write for several days. */
const SEVERAL: ReadonlyMap<string, string> = new Map([
  ['WEEKDAY', 'MON-FRI'],
  ['WEEKDAYS', 'MON-FRI'],
  ['WORKDAY', 'MON-FRI'],
  ['WORKDAYS', 'MON-FRI'],
  ['WEEKEND', 'SAT,SUN'],
  ['WEEKENDS', 'SAT,SUN'],
]);

/** German two-letter abbreviations that no English name starts with. */
const GERMAN: ReadonlyMap<string, string> = new Map([
  ['DI', 'TUE'],
  ['MI', 'WED'],
  ['DO', 'THU'],
  ['SO', 'SUN'],
]);

/** Returns the fix for two-letter names, as in calendars: `MO-FR`, `MO#2`, `MOL`. */
function shortHint({ key, names }: FieldPosition, item: string): string | undefined {
  const namesOf = (word: string): readonly string[] => {
    const found = [...names.keys()].filter((name) => name.startsWith(word));
    return found.length === 0 && key === 'dayOfWeek' ? [GERMAN.get(word) ?? []].flat() : found;
  };
  if (/^[A-Z]{2}$/.test(item) && namesOf(item).length > 1) return `Did you mean ${namesOf(item).join(' or ')}?`;
  const meant = item.replace(/(?<![A-Z])[A-Z]{2}(?=L?(?![A-Z]))/g, (word) => {
    const [name, ...others] = namesOf(word);
    return name === undefined || others.length > 0 ? word : name;
  });
  return meant === item ? undefined : `Write ${meant}.`;
}

/** Returns the fix for a word in place of a name. */
function wordHint(position: FieldPosition, item: string): string | undefined {
  const { key, names } = position;
  const word = item.match(/[A-Z]{3,}/g)?.find((one) => !names.has(one));
  if (word === undefined) return undefined;
  const several = key === 'dayOfWeek' ? SEVERAL.get(word) : undefined;
  if (several !== undefined) return `Write ${item.replace(word, several)}.`;
  const misplaced = misplacedHint(position, word);
  if (misplaced !== undefined || names.size === 0) return misplaced;
  const meant = namesMeant([...names.keys()], word);
  if (meant.length === 0) return `The names are ${[...names.keys()].join(', ')}.`;
  return `Did you mean ${meant.map((name) => item.replace(word, name)).join(' or ')}?`;
}

/** Returns the fix for a name that belongs in another field, such as a day of the week in the month. */
function misplacedHint({ key }: FieldPosition, word: string): string | undefined {
  const other = [DAY_OF_WEEK_FIELD, MONTH_FIELD].find((field) => field.key !== key && field.names.has(word));
  if (other === undefined) return undefined;
  const field = other === MONTH_FIELD ? 'the month, the field before the last' : 'the day of the week, the last field';
  return `${word} belongs in ${field}.`;
}

/** Returns the names that a word can mean: those whose full name it starts, or else those with the nearest spelling. */
function namesMeant(names: readonly string[], word: string): readonly string[] {
  const full = fullNames(names).filter((name) => name.startsWith(word));
  if (full.length > 0) return full.map((name) => name.slice(0, 3));
  const near = nearest(word, fullNames(names))?.slice(0, 3) ?? nearest(word, names);
  if (near === undefined || word.length > 3) return near === undefined ? [] : [near];
  // With one wrong letter out of three, other names may be just as near.
  return names.filter((name) => nearest(word, [name]) !== undefined);
}

function plainHint(names: FieldPosition['names'], item: string): string {
  if (names.size > 0 && /[A-Z]{3}/.test(item)) return `The names are ${[...names.keys()].join(', ')}.`;
  if (/[LW#]/.test(item))
    return 'L, LW, L-3 and 15W are for the day of the month; FRIL and FRI#2 for the day of the week.';
  return 'Write *, a value, a range such as 1-5, a step such as */15, or a list of these.';
}
