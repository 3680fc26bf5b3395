import type { Fields } from '../fields.js';

/** The annotation with the name of a timer whose CronJob needs a different name. `timers export` writes it. */
export const NAME_ANNOTATION = 'timers-cli/name';

/** The annotation with the tags that cannot be labels, as a JSON list. */
export const TAGS_ANNOTATION = 'timers-cli/tags';

/** Returns the name that a timer had before `timers export`; `undefined` if it is not a valid name. */
export function exportedName(annotations: Fields): string | undefined {
  const name = annotations.text(NAME_ANNOTATION) ?? '';
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name) ? name : undefined;
}

/** Returns the tags in the annotation, without items that are not strings. */
export function exportedTags(annotations: Fields): readonly string[] {
  try {
    const list: unknown = JSON.parse(annotations.text(TAGS_ANNOTATION) ?? '[]');
    return Array.isArray(list) ? list.filter((tag) => typeof tag === 'string') : [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
}
