import * as z from 'zod/mini';

import type { JsonSchema, KeyEntry } from '../../domain/key-entry.js';
import { scheduleKinds } from '../../schedules/index.js';
import { catchUpLength, LEVELS, listen, poll, pulse, server, type KeyLevel } from '../check/schema.js';
import * as values from '../check/schema-values.js';
import { lease } from '../check/state-map.js';
import { KEY_ENTRIES } from './index.js';
import { RULES } from './rules.js';
import { editorText } from './text.js';
import { VALUES } from './values.js';

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** The JSON Schemas of values that zod treats as plain text. */
const KNOWN: ReadonlyMap<unknown, JsonSchema> = new Map<unknown, JsonSchema>([
  [values.text, ref('text')],
  [values.path, ref('path')],
  [values.statePath, ref('state_path')],
  [values.storeUrl, ref('store_url')],
  [values.machineName, ref('machine_name')],
  [values.moment, ref('point_in_time')],
  [values.anyDuration, ref('duration')],
  [values.duration, ref('positive_duration')],
  [values.size, ref('size')],
  [values.address, ref('url')],
  [values.addressTemplate, ref('url')],
  [values.command, ref('command')],
  [values.env, ref('env')],
  [values.warningCode, ref('warning')],
  [catchUpLength, ref('positive_duration')],
  [pulse, ref('positive_duration')],
  [lease, ref('positive_duration')],
  [poll, ref('positive_duration')],
  [server, ref('server')],
  [listen, ref('listen')],
]);

const LEVEL_OF: ReadonlyMap<unknown, KeyLevel> = new Map(
  Object.entries(LEVELS).map(([level, schema]) => [schema, level as KeyLevel]),
);

/** Returns the JSON Schema of the timer file, draft 2020-12, with the entries of the keys as descriptions. */
export function timersSchema(): JsonSchema {
  const { file, ...levels } = Object.fromEntries(
    Object.keys(LEVELS).map((level) => [level, levelSchema(level as KeyLevel)]),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'timers',
    description: 'The timer file of timers.',
    ...file,
    $defs: { ...levels, every: everySchema(), ...VALUES },
  };
}

/** Returns the text of the schema file. */
export const schemaText = (): string => `${JSON.stringify(timersSchema(), null, 2)}\n`;

function levelSchema(level: KeyLevel): JsonSchema {
  const schema = z.toJSONSchema(LEVELS[level], {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const inner = zodSchema === LEVELS[level] ? undefined : LEVEL_OF.get(zodSchema);
      const known = inner === undefined ? KNOWN.get(zodSchema) : ref(inner);
      if (known === undefined) return;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      Object.assign(jsonSchema, known);
    },
  });
  const properties = { ...(schema.properties as Properties), ...OWN[level] };
  return {
    type: 'object',
    properties: described(properties, KEY_ENTRIES[level], level),
    ...(schema.required && { required: schema.required }),
    additionalProperties: false,
    ...RULES[level],
  };
}

type Properties = Readonly<Record<string, JsonSchema>>;

/** Keys whose values are checked outside the schemas of their level. */
const OWN: { readonly [L in KeyLevel]?: Properties } = {
  file: {
    timezone: ref('time_zone'),
    tracing: { anyOf: [{ type: 'boolean' }, ref('url'), ref('tracing')] },
    defaults: { anyOf: [ref('defaults'), { type: 'null' }] },
    timers: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' },
      additionalProperties: ref('timer'),
    },
  },
  defaults: {
    timezone: ref('time_zone'),
    shell: { type: 'string', pattern: String.raw`/|\$\{` },
    pass_env: { type: 'array', items: { type: 'string', pattern: String.raw`^[^=\s*]+$` } },
  },
  ping: { sentry: ref('url'), slug: { type: 'string', pattern: String.raw`^[a-z0-9_-]{1,50}$|\$\{` } },
  tracing: { endpoint: ref('url') },
  timer: {
    ...Object.fromEntries(scheduleKinds.map(({ key, json }) => [key, json])),
    // Described once, under `defaults`.
    ...Object.fromEntries(Object.keys(KEY_ENTRIES.defaults).map((key) => [key, ref(`defaults/properties/${key}`)])),
  },
};

function everySchema(): JsonSchema {
  const keys = scheduleKinds.flatMap(({ keys: own = {} }) => Object.entries(own));
  const properties = Object.fromEntries(keys.map(([key, { json }]) => [key, json]));
  return { type: 'object', properties: described(properties, KEY_ENTRIES.every, 'every'), additionalProperties: false };
}

/** Returns the schemas of keys with their descriptions. Each schema also accepts variables. */
function described(
  properties: Properties,
  entries: Readonly<Record<string, KeyEntry>>,
  level: KeyLevel | 'every',
): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const entry = entries[key];
      const isSaid = level === 'timer' && key in KEY_ENTRIES.defaults;
      if (entry === undefined || isSaid) return [key, property];
      const { default: value } = entry;
      return [
        key,
        { description: editorText(entry), ...(value !== undefined && { default: value }), ...withVariables(property) },
      ];
    }),
  );
}

const VARIABLE = ref('variable');

/** Returns a schema that also accepts variables, because any value may contain one: `concurrency: ${N}`. */
function withVariables(schema: JsonSchema): JsonSchema {
  const { anyOf, items } = schema as { anyOf?: readonly JsonSchema[]; items?: JsonSchema };
  if (anyOf !== undefined) {
    const isOpen = anyOf.some(takesText) || !anyOf.some(isScalar);
    return { ...schema, anyOf: [...anyOf.map(inItems), ...(isOpen ? [] : [VARIABLE])] };
  }
  if (items !== undefined || typeof schema['additionalProperties'] === 'object') return inItems(schema);
  return isScalar(schema) && !takesText(schema) ? { anyOf: [schema, VARIABLE] } : schema;
}

function inItems(schema: JsonSchema): JsonSchema {
  const inner = schema['items'] ?? schema['additionalProperties'];
  if (typeof inner !== 'object' || inner === null) return schema;
  const key = 'items' in schema ? 'items' : 'additionalProperties';
  return { ...schema, [key]: withVariables(inner as JsonSchema) };
}

const isScalar = ({ type, enum: words }: JsonSchema): boolean =>
  words !== undefined || (typeof type === 'string' && /^(?:string|boolean|integer|number)$/.test(type));

/** Whether a schema already accepts variables, as all definitions and plain strings do. */
const takesText = ({ type, enum: words, const: only, $ref }: JsonSchema): boolean =>
  (type === 'string' && words === undefined && only === undefined) || $ref !== undefined;
