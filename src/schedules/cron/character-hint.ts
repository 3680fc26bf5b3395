import { ScheduleError } from '../kind.js';
import { readItem } from './field-item.js';
import { normalizedItem } from './names.js';
import type { FieldPosition } from './position.js';

/** Characters that no field contains. */
export const FOREIGN_CHARACTER = /[^0-9A-Za-z*?,\-/#()~]/u;

const ALL = 'An expression can contain digits, English names and * ? , - / # L W H.';

/** Returns the fix for a field with an invalid character: `Mär`, `MON..FRI`, `9:30`. */
export function characterHint(position: FieldPosition, text: string): string {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hour !== undefined) return `Write the minute and the hour as two fields: ${Number(minute)} ${Number(hour)}.`;
  const plain = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/\.\.+/g, '-')
    .replaceAll(';', ',')
    .replace(/["'`]|(?<=[A-Za-z])\./g, '');
  if (plain === '' || FOREIGN_CHARACTER.test(plain)) return ALL;
  return refusalOf(position, plain) ?? `Write ${plain.toUpperCase()}.`;
}

/** Returns the hint for the first invalid item, if there is one. */
function refusalOf(position: FieldPosition, text: string): string | undefined {
  try {
    for (const item of text.split(',').map(normalizedItem)) if (!item.startsWith('H')) readItem(position, item);
    return undefined;
  } catch (error) {
    if (error instanceof ScheduleError) return error.hint;
    throw error;
  }
}
