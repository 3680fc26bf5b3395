const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** What the words of an expression claim, read as a person would: which days, and which minutes of such a day. */
export interface Said {
  isOn(day: Date): boolean;
  isAt(minute: Date): boolean;
  /** The number of days in the longest of its months. */
  readonly longestMonth: number;
}

type Holds = (date: Date) => boolean;

/** Reads the sentence of an expression without seconds. @throws Error if it has an unknown form. */
export function saidBy(sentence: string): Said {
  const [, time = '', days, months] = /^(.*?)(?:, on (.*?))?(?:, in (.*))?$/.exec(sentence) ?? [];
  const isInMonth = months === undefined ? () => true : anyOf(months, monthItem);
  const isOnDay = days === undefined ? () => true : dayClaim(days);
  const isOn: Holds = (date) => isInMonth(date) && isOnDay(date);
  const lasts = MONTHS.map((_, month) => new Date(Date.UTC(2028, month + 1, 0))).filter(isInMonth);
  return { isOn, isAt: timeClaim(time), longestMonth: Math.max(...lasts.map((last) => last.getUTCDate())) };
}

function timeClaim(time: string): Holds {
  const at = /^At (\d\d:\d\d.*)$/.exec(time)?.[1];
  if (at !== undefined) {
    const times = new Set(list(at));
    return (date) => times.has(date.toISOString().slice(11, 16));
  }
  const minutes = /^Every (?:minute|(\d+) minutes)(?: (?:from (\S+) to (\S+)|in the hours? (.*)))?$/.exec(time);
  if (minutes) {
    const [, step = '1', from, to, hours] = minutes;
    const isInHours = hours === undefined ? () => true : anyOf(hours, hourItem);
    return (date) => date.getUTCMinutes() % Number(step) === 0 && isBetween(date, from, to) && isInHours(date);
  }
  const hourly = /^Every (?:hour|(\d+) hours) from (\S+) to (\S+)$/.exec(time);
  if (hourly) {
    const [, step = '1', from = '', to = ''] = hourly;
    return (date) => isBetween(date, from, to) && sinceOf(from, date) % (Number(step) * 60) === 0;
  }
  const [, minute, hours] = /^At minutes? (.*) of (every hour|the hours? .*)$/.exec(time) ?? [];
  if (minute === undefined || hours === undefined) throw new Error(`no such form: ${time}`);
  const isInMinutes = anyOf(minute, (item) => valueItem(item, (date) => date.getUTCMinutes()));
  const isInHours = hours === 'every hour' ? () => true : anyOf(hours.replace(/^the hours? /, ''), hourItem);
  return (date) => isInMinutes(date) && isInHours(date);
}

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const minuteOfDay = (date: Date): number => date.getUTCHours() * 60 + date.getUTCMinutes();
const sinceOf = (from: string, date: Date): number => (minuteOfDay(date) - minuteOf(from) + 1440) % 1440;

const isBetween = (date: Date, from?: string, to?: string): boolean =>
  from === undefined || to === undefined || sinceOf(from, date) <= (minuteOf(to) - minuteOf(from) + 1440) % 1440;

const hourItem = (item: string): Holds => valueItem(item, (date) => date.getUTCHours());

function valueItem(item: string, valueOf: (date: Date) => number): Holds {
  const [from = NaN, to = from] = item.split(' to ').map(Number);
  return (date) => valueOf(date) >= from && valueOf(date) <= to;
}

const monthItem = (item: string): Holds => {
  const [from = NaN, to = from] = item.split(' to ').map((name) => MONTHS.indexOf(name));
  return (date) => date.getUTCMonth() >= from && date.getUTCMonth() <= to;
};

function dayClaim(days: string): Holds {
  const [one = '', other] = days.split(/, and also on |, but only on /);
  const [isOne, isOther] = [one, other].map((claim) => (claim === undefined ? undefined : dayItems(claim)));
  if (isOne === undefined || isOther === undefined) return isOne ?? (() => false);
  return days.includes(', but only on ')
    ? (date) => isOne(date) && isOther(date)
    : (date) => isOne(date) || isOther(date);
}

const dayItems = (claim: string): Holds => anyOf(claim.replace(/ of the month$/, ''), dayItem);

const lastOf = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const number = (text: string): number => parseInt(text.replace(/^the /, ''), 10);

function dayItem(item: string): Holds {
  const rhythm = /^every (\d+)\w\w day from the (\d+)\w\w to the (\d+)\w\w$/.exec(item);
  if (rhythm) {
    const [step = 1, from = 1, to = 31] = rhythm.slice(1).map(Number);
    return (date) => date.getUTCDate() >= from && date.getUTCDate() <= to && (date.getUTCDate() - from) % step === 0;
  }
  if (item === 'the last day') return (date) => date.getUTCDate() === lastOf(date);
  const before = /^the day (?:(\d+) days )?before the last$/.exec(item);
  if (before) return (date) => date.getUTCDate() === lastOf(date) - Number(before[1] ?? 1);
  if (item === 'the last working day') return (date) => date.getUTCDate() === workdayNear(date, 31);
  const near = /^the working day nearest to the (\d+)/.exec(item)?.[1];
  if (near !== undefined)
    return (date) => Number(near) <= lastOf(date) && date.getUTCDate() === workdayNear(date, Number(near));
  const nth = /^the (last|\d\w\w) ([A-Z]\w+)$/.exec(item);
  if (nth) return nthItem(nth[1] ?? '', WEEKDAYS.indexOf(nth[2] ?? ''));
  const [from = '', to = from] = item.split(' to ');
  if (WEEKDAYS.includes(from))
    return (date) => date.getUTCDay() >= WEEKDAYS.indexOf(from) && date.getUTCDay() <= WEEKDAYS.indexOf(to);
  if (Number.isNaN(number(from))) throw new Error(`no such day: ${item}`);
  return (date) => date.getUTCDate() >= number(from) && date.getUTCDate() <= number(to);
}

const nthItem =
  (nth: string, weekday: number): Holds =>
  (date) =>
    date.getUTCDay() === weekday &&
    (nth === 'last' ? date.getUTCDate() + 7 > lastOf(date) : Math.ceil(date.getUTCDate() / 7) === parseInt(nth, 10));

/**
 * The working day nearest to a day of the month of `date`, within that month. If the month lacks the day, nearest to its last day.
 */
function workdayNear(date: Date, day: number): number {
  const last = lastOf(date);
  const wanted = Math.min(day, last);
  const weekdayOf = (of: number) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), of)).getUTCDay();
  if (weekdayOf(wanted) === 6) return wanted > 1 ? wanted - 1 : wanted + 2;
  if (weekdayOf(wanted) === 0) return wanted < last ? wanted + 1 : wanted - 2;
  return wanted;
}

const list = (text: string): string[] => text.split(/, | and /);

function anyOf(text: string, read: (item: string) => Holds): Holds {
  const items = list(text).map(read);
  return (date) => items.some((holds) => holds(date));
}
