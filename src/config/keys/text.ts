import type { KeyEntry } from '../../domain/key-entry.js';

/** Returns a value as it is written in the file. */
export const yamlOf = (value: NonNullable<KeyEntry['default']>): string =>
  Array.isArray(value) ? `[${value.join(', ')}]` : String(value);

/** Returns what applies if a key is not set, as a label and its text. */
export function fallbackOf({
  required,
  default: value,
  without,
}: KeyEntry): readonly [label: string, text: string] | undefined {
  if (required) return ['Required', ''];
  if (value !== undefined) return ['Default', `\`${yamlOf(value)}\`.`];
  return without === undefined ? undefined : ['If not set', without];
}

/** Returns what an editor shows for a key. */
export function editorText(entry: KeyEntry): string {
  const { summary, bounds, details = [] } = entry;
  const [label, text = ''] = fallbackOf(entry) ?? [];
  return [
    summary,
    ...details,
    ...(bounds === undefined ? [] : [`Bounds: ${bounds}.`]),
    ...(label === undefined ? [] : [text === '' ? `${label}.` : `${label}: ${text}`]),
  ].join('\n');
}
