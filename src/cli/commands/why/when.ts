import type { Instant } from '../../../domain/time.js';
import { localTime } from '../../../schedules/index.js';
import type { Why } from './why-timer.js';

/** Formats a local time to the second. On the day asked about, it has no date and no offset. */
export function when(instant: Instant, { judgment, zone }: Why): string {
  const [weekday = '', date = '', time = '', offset = ''] = localTime(instant, zone).split(' ');
  const [, askedDate, , askedOffset] = localTime(judgment.instant, zone).split(' ');
  const clock = time.slice(0, 8);
  return date === askedDate && offset === askedOffset ? clock : `${weekday} ${date} ${clock} ${offset}`;
}
