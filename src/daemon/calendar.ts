import type { SchedulerStatus } from '../domain/controls.js';
import { calendarText, type CalendarEvent } from '../exporters/ical/calendar.js';
import { comingEvents, MOST_EVENTS } from '../exporters/ical/ical.js';

/** The maximum number of events in one response. Timers share them evenly. */
const MOST_IN_ALL = 2_000;

/** Returns the upcoming firings of a scheduler as an iCalendar file. `turn` lets other work run between two timers. */
export async function schedulerCalendar(
  { at, jobs }: Pick<SchedulerStatus, 'at' | 'jobs'>,
  turn: () => Promise<void>,
): Promise<string> {
  const armed = jobs.filter(({ next }) => next !== undefined);
  const most = Math.min(MOST_EVENTS, Math.max(1, Math.floor(MOST_IN_ALL / Math.max(1, armed.length))));
  const events: CalendarEvent[] = [];
  for (const { job } of armed) {
    if (events.length >= MOST_IN_ALL) break;
    events.push(...comingEvents(job, at, most).events);
    await turn();
  }
  return calendarText(
    events.sort((one, other) => one.startsAt - other.startsAt),
    at,
  );
}
