import type { KeyEntry } from '../../domain/key-entry.js';

/** A value as the file has it. */
export const yamlOf = (value: NonNullable<KeyEntry['default']>): string =>
  Array.isArray(value) ? `[${value.join(', ')}]` : String(value);

/** What applies without a key, as a label and its text. */
export function fallbackOf({
  required,
  default: value,
  without,
}: KeyEntry): readonly [label: string, text: string] | undefined {
  if (required) return ['Required', ''];
  if (value !== undefined) return ['Default', `\`${yamlOf(value)}\`.`];
  return without === undefined ? undefined : ['Without it', without];
}

/** What an editor shows for a key. */
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
