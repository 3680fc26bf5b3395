import type { Code } from './codes/index.js';
import type { ExpandedValue } from './expanded-values.js';

/** A reference to a variable that could not be expanded. */
export interface ExpandFault {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  /** The reference, as written in the text. */
  readonly text: string;
}

/** A text with its variables expanded. */
export interface Expansion {
  readonly text: string;
  readonly faults: readonly ExpandFault[];
  /** The values that came from the environment. */
  readonly values: readonly ExpandedValue[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Expands environment variables in a text: `${NAME}`, and `${NAME:-default}` for one that is unset or empty. The result
 * is data and is not expanded again. `$${` means the two characters `${`; every other `$` stays as it is.
 */
export function expand(text: string, env: Environment): Expansion {
  if (!text.includes('${')) return { text, faults: [], values: [] };
  const faults: ExpandFault[] = [];
  const values: ExpandedValue[] = [];
  const expanded = text.replace(/\$\$\{|\$\{[^{}]*\}|\$\{/g, (reference) => {
    if (reference === '$${') return '${';
    const found = valueOf(reference, env);
    if ('value' in found) {
      if (found.name !== undefined) values.push({ reference: `\${${found.name}}`, value: found.value });
      return found.value;
    }
    faults.push(found);
    return '';
  });
  return { text: expanded, faults, values };
}

/** The value, and the name of its variable; no name for a default. */
interface Found {
  readonly value: string;
  readonly name?: string;
}

function valueOf(reference: string, env: Environment): Found | ExpandFault {
  const [, name, fallback] = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?\}$/.exec(reference) ?? [];
  if (name === undefined) return malformed(reference);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined && (fallback === undefined || value !== '')) return { value, name };
  if (fallback !== undefined) return { value: fallback };
  return {
    code: 'unset-variable',
    message: `The environment variable ${name} is not set.`,
    hint: `Set it, or give a default: \${${name}:-default}`,
    text: reference,
  };
}

function malformed(reference: string): ExpandFault {
  const isOpen = !reference.endsWith('}');
  return {
    code: 'bad-variable',
    message: isOpen ? 'This ${ has no closing }.' : `${reference} is neither \${NAME} nor \${NAME:-default}.`,
    hint: 'A literal ${ is written $${.',
    text: reference,
  };
}
