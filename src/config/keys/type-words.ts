import type { JsonSchema } from '../../domain/key-entry.js';

/** Names of the definitions that values share. */
const NAMES: Readonly<Record<string, string>> = {
  text: 'string',
  path: 'path',
  state_path: 'path',
  store_url: 'store URL',
  machine_name: 'name',
  duration: 'duration',
  positive_duration: 'duration above 0',
  size: 'size',
  url: 'URL',
  point_in_time: 'point in time',
  time_zone: 'time zone',
  server: 'server',
  listen: '`HOST:PORT` or `unix:PATH`',
  command: 'command',
  env: 'map of names to strings',
  warning: 'warning code',
};

/** The parts of a schema that are used. */
interface Known {
  readonly anyOf?: readonly Known[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly type?: string;
  readonly title?: string;
  readonly items?: Known;
  readonly additionalProperties?: Known | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * Returns the type of a value in words, such as `duration`. The words are derived from the schema, so that the two
 * always agree.
 */
export const typeWords = (schema: JsonSchema): string => wordsOf(schema);

function wordsOf(schema: Known): string {
  const { anyOf, enum: words, const: only, $ref } = schema;
  if ($ref !== undefined) return NAMES[$ref.slice($ref.lastIndexOf('/') + 1)] ?? 'map';
  if (anyOf !== undefined) return either(anyOf.filter(isTold).map(wordsOf));
  if (words !== undefined) return either(words.map(code));
  return only === undefined ? ofType(schema) : code(only);
}

/** Whether the type mentions an alternative. Variables are valid everywhere, so it omits them. */
const isTold = ({ $ref, type }: Known): boolean => $ref !== '#/$defs/variable' && type !== 'null';

function ofType(schema: Known): string {
  switch (schema.type) {
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
      return numberWords(schema, 'whole number');
    case 'number':
      return numberWords(schema, 'number');
    case 'array':
      return `list of ${plural(wordsOf(schema.items ?? {}))}`;
    case 'object':
      return mapWords(schema);
    default:
      return schema.title ?? 'string';
  }
}

function mapWords({ additionalProperties: inner }: Known): string {
  const isPlain = typeof inner !== 'object' || Object.keys(inner).length === 0;
  return isPlain ? 'map' : `map of names to ${plural(wordsOf(inner))}`;
}

const code = (value: unknown): string => `\`${String(value)}\``;

/** Joins alternatives: `a`, `b` or c. */
function either(words: readonly string[]): string {
  const parts = words.flatMap((word) => (word.startsWith('`') ? word.split(/, | or /) : [word]));
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} or ${last}`;
}

function numberWords({ minimum = 0, maximum = Infinity }: Known, name: string): string {
  return maximum < Number.MAX_SAFE_INTEGER ? `${name} from ${minimum} to ${maximum}` : `${name} of at least ${minimum}`;
}

const plural = (words: string): string =>
  words.replaceAll(/\b(string|path|URL|point|server|number|map|cron expression|warning code)\b/g, '$1s');
