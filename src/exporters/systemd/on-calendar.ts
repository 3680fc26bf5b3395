import { readExpression, textsOf, type Expression } from '../../schedules/index.js';

/** Writes a field: `*` for all values from `min` to `max`, a step, or a list with ranges. */
function chain(values: readonly number[], min: number, max: number): string {
  if (values.length === max - min + 1) return '*';
  const [first = min, second = first] = values;
  const step = second - first;
  const isStepped = step > 1 && values.length > 2 && values.every((value, index) => value === first + index * step);
  if (isStepped) {
    const last = values.at(-1) ?? first;
    return last + step > max ? `${two(first)}/${step}` : `${two(first)}..${two(last)}/${step}`;
  }
  return rangesOf(values).join(',');
}

function rangesOf(values: readonly number[]): readonly string[] {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run?.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs.map((run) => (run.length > 2 ? `${two(run[0])}..${two(run.at(-1))}` : run.map(two).join(',')));
}

const two = (value = 0): string => String(value).padStart(2, '0');

/** The days of one `OnCalendar=`: the weekdays first, then what follows the month. */
interface Days {
  readonly weekdays: string;
  /** `-15`, `~01`, `-*`. */
  readonly date: string;
}

const EVERY_DAY: Days = { weekdays: '', date: '-*' };
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * Returns the calendars that have the instants of a cron expression, without a zone; `undefined` if systemd has none.
 * `years` is `*` or a range; `seed` is for `H`.
 */
export function onCalendarsOf(
  cron: string,
  { seed, years }: { readonly seed: string; readonly years: string },
): readonly string[] | undefined {
  const expression = readExpression(cron, seed);
  const days = daysOf(expression, cron);
  if (days === undefined) return undefined;
  const month = chain(expression.month.values.toArray(), 1, 12);
  const time = [
    chain(expression.hour.values.toArray(), 0, 23),
    chain(expression.minute.values.toArray(), 0, 59),
    chain(expression.second.values.toArray(), 0, 59),
  ].join(':');
  return days.map(({ weekdays, date }) => `${weekdays === '' ? '' : `${weekdays} `}${years}-${month}${date} ${time}`);
}

function daysOf({ dayOfMonth, dayOfWeek }: Expression, cron: string): readonly Days[] | undefined {
  const [monthText = '*', , weekText = '*'] = textsOf(cron).slice(-3);
  const inMonth = monthParts(dayOfMonth.values.toArray(), monthText);
  const inWeek = weekParts(dayOfWeek.values.toArray(), weekText);
  if (inMonth === undefined || inWeek === undefined) return undefined;
  const isEither = !dayOfMonth.isOpen && !dayOfWeek.isOpen;
  if (isEither) return [inMonth, inWeek].some(hasEveryDay) ? [EVERY_DAY] : [...inMonth, ...inWeek];
  if (hasEveryDay(inMonth)) return inWeek;
  if (hasEveryDay(inWeek)) return inMonth;
  return bothOf(inMonth, inWeek);
}

const hasEveryDay = (parts: readonly Days[]): boolean =>
  parts.some(({ weekdays, date }) => weekdays === '' && date === '-*');

/** Returns the days of the month that are also days of the week; `undefined` if both have a rule. */
function bothOf(inMonth: readonly Days[], inWeek: readonly Days[]): readonly Days[] | undefined {
  if (inMonth.some(({ weekdays }) => weekdays !== '') || inWeek.some(({ date }) => date !== '-*')) return undefined;
  return inMonth.flatMap(({ date }) => inWeek.map(({ weekdays }) => ({ weekdays, date })));
}

const rulesIn = (text: string): readonly string[] =>
  text
    .toUpperCase()
    .replace(/^\+/, '')
    .split(',')
    .filter((item) => /[LW#]/.test(item.replace(/WED/g, '')));

function monthParts(values: readonly number[], text: string): readonly Days[] | undefined {
  const parts: Days[] = values.length === 0 ? [] : [{ weekdays: '', date: `-${chain(values, 1, 31)}` }];
  const before: number[] = [];
  for (const rule of rulesIn(text)) {
    const [, last] = /^L(?:-(\d+))?$/.exec(rule) ?? [];
    if (/^L(?:-\d+)?$/.test(rule)) before.push(1 + Number(last ?? 0));
    else if (rule === 'LW' || rule === 'WL') parts.push(...LAST_WORKDAY);
    else return undefined;
  }
  // systemd counts back at most 28 days from the end of a month.
  if (before.some((day) => day > 28)) return undefined;
  if (before.length > 0)
    parts.push({
      weekdays: '',
      date: `~${rangesOf(before.sort((a, b) => a - b)).join(',')}`,
    });
  return parts;
}

/** The last day, or the Friday before a last day at the weekend. */
const LAST_WORKDAY: readonly Days[] = [
  { weekdays: 'Mon..Fri', date: '~01' },
  { weekdays: 'Fri', date: '~02,03' },
];

function weekParts(values: readonly number[], text: string): readonly Days[] | undefined {
  const parts: Days[] = values.length === 0 ? [] : [{ weekdays: weekdayChain(values), date: '-*' }];
  for (const rule of rulesIn(text)) {
    const [, day = '', nth] = /^([0-7]|[A-Z]+?)(?:L|#([1-5]))$/.exec(rule) ?? [];
    const index = /^\d$/.test(day)
      ? Number(day) % 7
      : WEEKDAYS.findIndex((name) => name.toUpperCase() === day.slice(0, 3));
    const weekdays = WEEKDAYS[index];
    if (weekdays === undefined) return undefined;
    const first = nth === undefined ? 0 : Number(nth) * 7 - 6;
    parts.push({ weekdays, date: nth === undefined ? '~01..07' : `-${two(first)}..${two(Math.min(first + 6, 31))}` });
  }
  return parts;
}

/** Writes weekdays, beginning with Monday, as weeks do in systemd. */
function weekdayChain(values: readonly number[]): string {
  if (values.length === 7) return '';
  const names = [1, 2, 3, 4, 5, 6, 0].filter((day) => values.includes(day)).map((day) => WEEKDAYS[day] ?? '');
  return names.join(',') === 'Mon,Tue,Wed,Thu,Fri' ? 'Mon..Fri' : names.join(',');
}
