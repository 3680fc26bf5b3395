import { describe } from 'vitest';
import { guide, readme } from '../support/documents.js';
import { follow, showsTimes } from '../support/reader.js';

const pages = [readme, ...guide].filter(showsTimes);

// In whatever zone its reader is, a page shows what happens there.
describe.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  follow(page);
});
