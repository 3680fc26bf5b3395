import { shownAt } from './oracle.js';

const DAY = 86_400_000;

/** The zones whose clocks have done every odd thing a clock can do. */
export const NASTY_ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Lisbon',
  'Europe/Istanbul',
  'Europe/Moscow',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'America/Caracas',
  'America/St_Johns',
  'America/Asuncion',
  'America/Santiago',
  'America/Nuuk',
  'America/Scoresbysund',
  'America/Argentina/San_Luis',
  'America/Bahia_Banderas',
  'Atlantic/Azores',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/El_Aaiun',
  'Africa/Juba',
  'Asia/Beirut',
  'Asia/Amman',
  'Asia/Gaza',
  'Asia/Tehran',
  'Asia/Pyongyang',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Antarctica/Troll',
  'Antarctica/Casey',
  'Antarctica/Vostok',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Australia/Eucla',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kwajalein',
  'Pacific/Norfolk',
  'Pacific/Kiritimati',
];

/** The changes of a zone's clock between two instants: the first whole second of each new offset. */
export function transitions(zone: string, from: number, until: number): number[] {
  const offset = (instant: number): number => shownAt(instant, zone) - instant;
  const found = [];
  for (let start = from; start < until; start += 2 * DAY) {
    let [outside, inside] = [start, start + 2 * DAY];
    if (offset(outside) === offset(inside)) continue;
    const before = offset(outside);
    while (inside - outside > 1_000) {
      const middle = Math.round((outside + inside) / 2_000) * 1_000;
      if (offset(middle) === before) outside = middle;
      else inside = middle;
    }
    found.push(inside);
  }
  return found;
}
