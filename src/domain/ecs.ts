import { entryOf, type EventFields, type TimerEvent } from './events/index.js';
import { RECORD_FIELDS } from './events/fields.js';

/** The version of the Elastic Common Schema whose names are used. */
const ECS_VERSION = '9.4.0';

/** Returns the name of a record's field in the Elastic Common Schema. Fields without such a name are under `timers`. */
export const ecsName = (fields: EventFields, key: string): string =>
  (fields[key] ?? (RECORD_FIELDS as EventFields)[key])?.ecs ?? `timers.${key}`;

/**
 * Returns an event under the names of the Elastic Common Schema. Omits `null` values, and fields that the message
 * repeats.
 */
export function toEcsRecord(event: TimerEvent): Readonly<Record<string, unknown>> {
  const entry = entryOf(event);
  const record: Record<string, unknown> = { ...CONSTANTS, 'event.action': event.event };
  for (const [key, value] of Object.entries(entry.toFields(event))) {
    const name = ecsName(entry.fields, key);
    if (value !== null && value !== undefined && name !== 'message') record[name] = ecsValue(name, value);
  }
  return record;
}

const CONSTANTS = { 'ecs.version': ECS_VERSION, 'service.name': 'timers', 'event.dataset': 'timers.log' } as const;

/** Returns a value as that schema requires it: the outcome is a single word. */
const ecsValue = (name: string, value: unknown): unknown => {
  if (name !== 'event.outcome') return value;
  return value === true ? 'success' : 'failure';
};
