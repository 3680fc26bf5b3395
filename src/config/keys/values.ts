import type { JsonSchema } from '../../domain/key-entry.js';
import { NO_PATH } from '../../domain/state-place.js';
import { SIZE_UNITS } from '../check/schema-values.js';
import { WARNINGS } from '../check/warning-codes.js';

/** Also accepts any text with a variable, which can expand to anything. */
const OR_VARIABLE = String.raw`|\$\{`;

const SUM = ['w', 'd', 'h', 'm', 's', 'ms'].map((unit) => String.raw`(?:\d+ ?${unit}\s*)?`).join('');
const ISO = String.raw`P(?=.)(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:[.,]\d{1,3})?S)?)?`;
const durationThat = (holds: string): JsonSchema => ({
  type: 'string',
  pattern: String.raw`^\s*${holds}(?:(?=\d)${SUM}|${ISO}\s*)$${OR_VARIABLE}`,
});

/** Returns a pattern for a word in uppercase or lowercase. */
const anyCase = (word: string): string => word.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);

const plain = { type: ['string', 'number', 'boolean'] };

/** The schemas of values, by the names that references use. The descriptions are those of the keys. */
export const VALUES: Readonly<Record<string, JsonSchema>> = {
  text: { type: 'string', minLength: 1 },
  path: { type: 'string', minLength: 1 },
  state_path: {
    type: 'string',
    pattern: String.raw`^(?!\s*(?:${[...NO_PATH].map(anyCase).join('|')})\s*$)`,
  },
  store_url: {
    type: 'string',
    pattern: String.raw`^(?:${['rediss?', 'postgres(?:ql)?', 'etcds?'].map(anyCase).join('|')})://${OR_VARIABLE}`,
  },
  machine_name: { type: 'string', minLength: 1 },
  duration: durationThat(''),
  positive_duration: durationThat('(?=.*[1-9])'),
  size: {
    type: 'string',
    pattern: String.raw`^\s*(?=\d*[1-9])\d{1,9}\s*(?:${Object.keys(SIZE_UNITS).join('|')})\s*$${OR_VARIABLE}`,
  },
  url: { type: 'string', pattern: String.raw`^\s*${anyCase('https')}?:.*\S${OR_VARIABLE}` },
  point_in_time: { type: 'string', minLength: 1 },
  time_zone: { type: 'string', minLength: 1 },
  server: { type: 'string', minLength: 1 },
  listen: { type: 'string', pattern: String.raw`^unix:(?!//).*[^/]$|:\d{1,5}$${OR_VARIABLE}` },
  // A list may contain numbers, which are used as written. In a command, the shell expands variables.
  command: {
    anyOf: [
      { type: 'string', pattern: String.raw`\S` },
      { type: 'array', minItems: 1, prefixItems: [{ ...plain, pattern: String.raw`\S` }], items: plain },
    ],
  },
  env: { type: 'object', propertyNames: { pattern: String.raw`^[^=\s]+$` }, additionalProperties: plain },
  warning: { anyOf: [{ enum: WARNINGS }, { $ref: '#/$defs/variable' }] },
  variable: { type: 'string', pattern: String.raw`\$\{` },
};
