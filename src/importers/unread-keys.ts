import type { DifferenceList } from './difference-list.js';
import type { Fields } from './fields.js';

/** Reports each key that nothing has read, as a warning, by its path below the item of a list. */
export function tellUnread(fields: Fields, differences: DifferenceList): void {
  for (const { path, ...place } of fields.unread())
    differences.warning(place, `${path.replace(/^\w+\[\d+\]\./, '')} has no equivalent here, and is left out.`);
}
