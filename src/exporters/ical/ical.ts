import type { Job } from '../../domain/job.js';
import { DAY, type Instant } from '../../domain/time.js';
import type { ExportDifference, Exporter } from '../kind.js';
import { calendarText, type CalendarEvent } from './calendar.js';

/** How far ahead the calendar looks. */
const AHEAD = 31 * DAY;
/** The maximum number of firings of one timer: a calendar with an event every minute helps nobody. */
export const MOST_EVENTS = 100;

/** The upcoming firings as a calendar: 31 days, and at most 100 firings of each timer. */
export const ical: Exporter = {
  name: 'ical',
  summary: 'the firings of the next 31 days as a calendar',

  write(jobs, { now }) {
    const found = jobs.map((job) => comingEvents(job, now));
    const events = found.flatMap((one) => one.events).sort((one, other) => one.startsAt - other.startsAt);
    return {
      files: [{ name: 'timers.ics', text: calendarText(events, now) }],
      differences: found.flatMap(({ differences }) => differences),
    };
  },
};

/** The calendar events of one timer, and why some are missing. */
export interface JobEvents {
  readonly events: readonly CalendarEvent[];
  readonly differences: readonly ExportDifference[];
}

/** Returns the first `most` firings of the 31 days after `now`. */
export function comingEvents(job: Job, now: Instant, most = MOST_EVENTS): JobEvents {
  const about = (message: string): readonly ExportDifference[] => [{ timer: job.name, severity: 'note', message }];
  if (!job.enabled)
    return { events: [], differences: about('The timer is disabled, so the calendar contains none of its firings.') };
  if (job.schedule.fromEnd)
    return { events: [], differences: about('The timer counts from the end of a run, so its firings are unknown.') };
  const events: CalendarEvent[] = [];
  let next = nextOf(job, now - job.offset);
  for (; next !== undefined && next + job.offset <= now + AHEAD; next = nextOf(job, next)) {
    if (events.length === most)
      return { events, differences: about(`The calendar contains only the first ${most} firings.`) };
    // A command may contain secrets, and calendars are shared.
    const { name: timer, description = '' } = job;
    events.push({ timer, scheduledFor: next, startsAt: next + job.offset, description });
  }
  return { events, differences: [] };
}

function nextOf({ schedule, window: { notBefore, notAfter } }: Job, after: Instant): Instant | undefined {
  const next = schedule.next(notBefore === undefined ? after : Math.max(after, notBefore - 1));
  return next === undefined || (notAfter !== undefined && next > notAfter) ? undefined : next;
}
