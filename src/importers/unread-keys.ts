import type { DifferenceList } from './difference-list.js';
import type { Fields } from './fields.js';

/** Reports each unread key as a warning, with its path below the list item. */
export function tellUnread(fields: Fields, differences: DifferenceList): void {
  for (const { path, ...place } of fields.unread())
    differences.warning(place, `${path.replace(/^\w+\[\d+\]\./, '')} has no equivalent here, and is left out.`);
}
