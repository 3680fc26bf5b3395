import { readFileSync } from 'node:fs';
import { ecsName } from '../../src/domain/ecs.js';
import {
  EVENTS,
  type EventEntry,
  type EventField,
  type EventFields,
  type TimerEvent,
} from '../../src/domain/events/index.js';
import { RECORD_FIELDS } from '../../src/domain/events/fields.js';

/** The published fields of the Elastic Common Schema and their types, from the field sets that the log uses. */
export const ECS_FIELDS = JSON.parse(readFileSync(new URL('ecs-fields.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>;

/** The fields of every record that are not fields of an event. */
const CONSTANT = ['ecs.version', 'service.name', 'event.dataset'];

const TYPES: Readonly<Record<EventField['type'], string>> = {
  string: 'keyword',
  integer: 'long',
  number: 'double',
  boolean: 'boolean',
  timestamp: 'date',
  strings: 'keyword',
  object: 'flattened',
};
const LONG_TEXTS = ['timers.output_tail', 'timers.fallback_output_tail'];

const entries = Object.values(EVENTS) as unknown as readonly EventEntry<TimerEvent>[];

/** Returns the type of each field in Elasticsearch, by its name in the log of `--log-format ecs`. */
export function elasticTypes(): ReadonlyMap<string, string> {
  const types = new Map(CONSTANT.map((name) => [name, ECS_FIELDS[name] ?? '']));
  for (const fields of [RECORD_FIELDS as EventFields, ...entries.map((entry) => entry.fields)])
    for (const [key, field] of Object.entries(fields)) {
      const name = ecsName(fields, key);
      const type = LONG_TEXTS.includes(name) ? 'match_only_text' : (ECS_FIELDS[name] ?? TYPES[field.type]);
      // Some fields are a number in one event and a name in another. A keyword takes both.
      types.set(name, types.get(name) === 'keyword' ? 'keyword' : type);
    }
  return types;
}

/** Renders the index template of Elasticsearch. */
export function renderIndexTemplate(): string {
  const sorted = [...elasticTypes()].sort(([one], [other]) => (one < other ? -1 : 1));
  const properties = Object.fromEntries(
    sorted.map(([name, type]) => [name, type === 'keyword' ? { type, ignore_above: 1024 } : { type }]),
  );
  const template = {
    index_patterns: ['logs-timers.log-*'],
    data_stream: {},
    priority: 200,
    _meta: { description: 'The log of timers: timers start --log-format ecs. Generated from its events.' },
    template: { mappings: { properties } },
  };
  return `${JSON.stringify(template, null, 2)}\n`;
}
