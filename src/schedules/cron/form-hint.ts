import type { FieldPosition } from './position.js';

/** Returns what to write instead of a number in another form: `9AM-5PM`, `NOON`, `1ST`, `5M`. */
export function formHint(key: FieldPosition['key'], item: string): string | undefined {
  const hours = item.replace(
    /(?<!\d)(\d{1,2})([AP])M/g,
    (whole, hour: string, half) => hourOf(hour, half === 'P') ?? whole,
  );
  const named = WORDS.get(item) ?? hours;
  if (named !== item)
    return key === 'hour' ? `Write ${named}.` : `In the hour, the field after the minute, write ${named}.`;
  const [, ordinal] = /^(\d+)(?:ST|ND|RD|TH)$/.exec(item) ?? [];
  if (ordinal !== undefined) return `Write ${ordinal}.`;
  const [, star = '', count] = /^(\*\/)?(\d+)(?:S|M|H|D|SEC|MIN)$/.exec(item) ?? [];
  if (count === undefined) return undefined;
  return star === '' ? `Write */${count} for a step, ${count} for one value.` : `Write */${count}.`;
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['NOON', '12'],
  ['MIDDAY', '12'],
  ['MIDNIGHT', '0'],
]);

/** Converts an hour on a 12-hour clock to 0 to 23; `undefined` if there is no such hour. */
function hourOf(text: string, isAfternoon: boolean): string | undefined {
  const hour = Number(text);
  return hour < 1 || hour > 12 ? undefined : String((hour % 12) + (isAfternoon ? 12 : 0));
}
