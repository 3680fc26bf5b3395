const LONGEST_NAME = 128;

/** Makes a suggested name valid: letters, digits, `.`, `_` and `-`, at most 128 characters. */
export function validName(suggested: string): string {
  const plain = suggested
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return plain.slice(0, LONGEST_NAME) || 'timer';
}

/** Makes suggested names valid and unique, in order: a name that is in use gets the next free number, `backup-2`. */
export function uniqueNames(suggested: readonly string[]): readonly string[] {
  const valid = suggested.map(validName);
  const suggestions = new Set(valid);
  const used = new Set<string>();
  const numbers = new Map<string, number>();
  return valid.map((name) => {
    let unique = name;
    let number = numbers.get(name) ?? 2;
    for (; used.has(unique) || (unique !== name && suggestions.has(unique)); number++)
      unique = `${name.slice(0, LONGEST_NAME - 8)}-${number}`;
    numbers.set(name, number);
    used.add(unique);
    return unique;
  });
}
