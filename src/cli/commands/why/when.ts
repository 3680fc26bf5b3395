import type { Instant } from '../../../domain/time.js';
import { localTime } from '../../../schedules/index.js';
import type { Why } from './why-timer.js';

/** A local time to the second; on the day asked about, without date and offset. */
export function when(instant: Instant, { judgment, zone }: Why): string {
  const [weekday = '', date = '', time = '', offset = ''] = localTime(instant, zone).split(' ');
  const [, askedDate, , askedOffset] = localTime(judgment.instant, zone).split(' ');
  const clock = time.slice(0, 8);
  return date === askedDate && offset === askedOffset ? clock : `${weekday} ${date} ${clock} ${offset}`;
}
