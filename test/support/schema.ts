import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { BEYOND } from '../../docs/generator/schema.js';
import type { Diagnostic } from '../../src/config/index.js';
import { timersSchema } from '../../src/config/keys/json-schema.js';

const validate = new Ajv2020({
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  allErrors: true,
}).compile(timersSchema());

/** What the schema finds wrong in a timer file, one line each. Throws YAML's own errors about the text. */
function schemaErrors(text: string): readonly string[] {
  if (
    validate(
      parse(text.replace(/^%YAML.*\n/, ''), { merge: true, version: '1.2', stringKeys: true, logLevel: 'error' }),
    )
  )
    return [];
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}

/** How the schema and the program disagree on whether a file is valid, beyond what docs/reference/schema.md lists. */
export function disagreement(text: string, problems: readonly Diagnostic[]): string | undefined {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.some(({ code }) => HUGE.has(code))) return undefined;
  const refused = refusal(text);
  if (refused !== undefined) return errors.length === 0 ? `only the schema refuses it: ${refused}` : undefined;
  const unsaid = text.includes('${') ? [] : errors.filter((error) => !isBeyond(error));
  return unsaid.length === 0
    ? undefined
    : unsaid.map(({ code, message }) => `only timers refuses it: ${code}: ${message}`).join('\n');
}

/** Files that YAML libraries take minutes and gigabytes for. */
const HUGE: ReadonlySet<string> = new Set(['alias-bomb', 'too-deep', 'too-many-values', 'too-many-problems']);

function refusal(text: string): string | undefined {
  try {
    const errors = schemaErrors(text);
    return errors.length === 0 ? undefined : errors.join('; ');
  } catch (error) {
    return String(error);
  }
}

const isBeyond = ({ code, message }: Diagnostic): boolean =>
  BEYOND.some(({ codes, about }) => codes.includes(code) && (about?.test(message) ?? true));
