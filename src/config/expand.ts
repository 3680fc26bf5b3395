/** What could not be expanded, and which part of the text it is. */
export interface ExpandFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** As it stands in the text. */
  readonly text: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Puts the values of environment variables into a text: `${NAME}`, and `${NAME:-default}` for one that is unset or empty. What comes
 * out is data and is not expanded again. `$${` stands for the two characters `${`; every other `$` stays as it is.
 */
export function expand(text: string, env: Environment): { text: string; faults: readonly ExpandFault[] } {
  if (!text.includes('${')) return { text, faults: [] };
  const faults: ExpandFault[] = [];
  const expanded = text.replace(/\$\$\{|\$\{[^{}]*\}|\$\{/g, (reference) => {
    if (reference === '$${') return '${';
    const found = valueOf(reference, env);
    if (typeof found === 'string') return found;
    faults.push(found);
    return '';
  });
  return { text: expanded, faults };
}

function valueOf(reference: string, env: Environment): string | ExpandFault {
  const [, name, fallback] = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?\}$/.exec(reference) ?? [];
  if (name === undefined) return malformed(reference);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
  if (value !== undefined) return value;
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
    message: isOpen
      ? 'A ${ that is not closed by a } before the next one.'
      : `${reference} is no \${NAME} and no \${NAME:-default}.`,
    hint: 'A literal ${ is written $${.',
    text: reference,
  };
}
