import type { JsonSchema } from '../../domain/key-entry.js';
import { scheduleKinds } from '../../schedules/index.js';
import type { KeyLevel } from '../check/schema.js';

const only = (key: string): JsonSchema => ({ required: [key] });

/** Forbids keys. */
const without = (...keys: readonly string[]): JsonSchema => ({
  properties: Object.fromEntries(keys.map((key) => [key, false])),
});

/** How the keys of a level depend on each other. */
export const RULES: { readonly [L in KeyLevel]?: JsonSchema } = {
  file: { required: ['timers'], patternProperties: { '^x-': {} } },
  timer: { required: ['run'], oneOf: scheduleKinds.map(({ key }) => only(key)) },
  output: {
    anyOf: [
      { ...only('file'), ...without('parse') },
      { ...only('parse'), ...without('file', 'max_size') },
    ],
  },
  ping: {
    oneOf: [
      { ...only('healthchecks'), ...without('slug', 'method', 'on', 'headers', 'body') },
      { ...only('sentry'), ...without('method', 'on', 'headers', 'body') },
      // `GET` and `HEAD` have no body.
      {
        ...only('url'),
        ...without('slug'),
        anyOf: [without('body'), { properties: { method: { not: { enum: ['GET', 'HEAD'] } } } }],
      },
    ],
  },
  heartbeat: { oneOf: [only('url'), only('run')] },
  http: {
    anyOf: [
      only('token_file'),
      { properties: { metrics: { not: { const: 'token' } }, health: { not: { const: 'token' } } } },
    ],
  },
  clock: {
    anyOf: [
      only('servers'),
      { ...only('state'), properties: { state: { const: true } } },
      { properties: { chrony: { not: { const: false } } } },
    ],
  },
};
