import { describe } from 'vitest';
import { guide, readme } from '../support/documents.js';
import { follow, showsTimes } from '../support/reader.js';

const pages = [readme, ...guide].filter(showsTimes);

// Readers in any zone must see the times that a page shows.
describe.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  follow(page);
});
