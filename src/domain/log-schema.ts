import type { JsonSchema } from './key-entry.js';
import { EVENTS, type EventEntry, type EventField, type EventFields, type TimerEvent } from './events/index.js';
import { RECORD_FIELDS } from './events/fields.js';

const entries = Object.entries(EVENTS) as unknown as readonly (readonly [string, EventEntry<TimerEvent>])[];

/**
 * Returns the JSON Schema (draft 2020-12) of one record of the log: any of the events, each of which is a definition
 * under its name. The schema allows further fields, because a later version may add some.
 */
export const logSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'timers log record',
  description: 'One line of the log of timers: timers start --log-format json.',
  oneOf: entries.map(([name]) => ({ $ref: `#/$defs/${name}` })),
  $defs: Object.fromEntries(entries.map(([name, entry]) => [name, recordSchema(name, entry)])),
});

/** Returns the schema as the text of a file. */
export const logSchemaText = (): string => `${JSON.stringify(logSchema(), null, 2)}\n`;

function recordSchema(name: string, { summary, level, fields }: EventEntry<TimerEvent>): JsonSchema {
  const all: EventFields = { ...RECORD_FIELDS, ...fields };
  const properties = Object.fromEntries(Object.entries(all).map(([key, field]) => [key, fieldSchema(field)]));
  return {
    description: summary,
    type: 'object',
    properties: {
      ...properties,
      event: { const: name, description: RECORD_FIELDS.event.summary },
      ...(typeof level === 'string' && { level: { const: level, description: RECORD_FIELDS.level.summary } }),
    },
    required: Object.keys(all).filter((key) => all[key]?.optional !== true),
  };
}

const TYPES: Readonly<Record<EventField['type'], JsonSchema & { readonly type: string }>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  timestamp: { type: 'string', format: 'date-time', pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$` },
  strings: { type: 'array', items: { type: 'string' } },
  object: { type: 'object' },
};

function fieldSchema({ type, unit, summary, values, nullable }: EventField): JsonSchema {
  const schema = TYPES[type];
  return {
    description: unit === undefined ? summary : `${summary} In milliseconds.`,
    ...schema,
    ...(nullable && { type: [schema.type, 'null'] }),
    ...(values && { enum: nullable ? [...values, null] : values }),
  };
}
