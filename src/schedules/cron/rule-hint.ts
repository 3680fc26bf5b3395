import type { FieldPosition } from './position.js';
import { counted } from '../../text/counted.js';

/** Returns what to write instead of an invalid `L`, `W` or `#` in uppercase, if there is only one possibility. */
export function ruleHint(key: FieldPosition['key'], item: string): string | undefined {
  const otherOrder = key === 'dayOfMonth' ? ruleOfMonth(item) : key === 'dayOfWeek' ? ruleOfWeek(item) : undefined;
  if (otherOrder !== undefined) return otherOrder;
  const [, weekday, first, last] = /^([A-Z]{3}|[0-7])#([1-5])-([1-5])$/.exec(item) ?? [];
  if (weekday !== undefined && Number(first) < Number(last)) {
    const count = Number(last) - Number(first) + 1;
    const items = Array.from({ length: count }, (_, index) => `${weekday}#${Number(first) + index}`);
    return `Write ${items.join(',')}.`;
  }
  if (/-.*#|-(?:\d*|[A-Z]{3})[LW]+$/.test(item)) return 'L, W and # take one day, not a range: 15W, FRIL, FRI#2.';
  const [, rule] = /^(L|LW|L-\d+|\d+W|(?:[A-Z]{3}|[0-7])(?:L|#\d))\/\d+$/.exec(item) ?? [];
  return rule === undefined ? undefined : `${rule} names one day of the month, so it takes no step. Write ${rule}.`;
}

/** Returns the part of an item that one of the groups of a form captures. */
const partOf = (form: RegExp, item: string): string | undefined => form.exec(item)?.slice(1).find(Boolean);

/** Returns the fix for `L-2W`, `LW-2`, `W15`, `L3` or `3L`. */
function ruleOfMonth(item: string): string | undefined {
  const workdays = partOf(/^(?:L-(\d+)W|(?:LW|WL)-(\d+))$/, item);
  if (workdays !== undefined)
    return `No syntax counts working days. Write L-${workdays} for ${counted(Number(workdays), 'day')} before the last day, or LW for the last working day.`;
  const near = partOf(/^(?:W-?(\d+)|(\d+)-W)$/, item);
  if (near !== undefined) return `Write ${near}W.`;
  const days = partOf(/^(?:L(\d+)|(\d+)-?L)$/, item);
  return days === undefined
    ? undefined
    : `Write L-${days} for ${counted(Number(days), 'day')} before the last day of the month.`;
}

/** Returns the fix for `LFRI`, `MON#L`, `#2MON`, `2MON` or `MON2`. */
function ruleOfWeek(item: string): string | undefined {
  const last = partOf(/^(?:L-?#?([A-Z]{3}|[0-7])|([A-Z]{3}|[0-7])[#-]L)$/, item);
  if (last !== undefined) return `Write ${last}L.`;
  const weekday = partOf(/^(?:#?[1-5]#?([A-Z]{3})|([A-Z]{3})[1-5])$/, item);
  return weekday === undefined ? undefined : `Write ${weekday}#${item.replace(/\D/g, '')}.`;
}
