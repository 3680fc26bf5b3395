import { describe } from 'vitest';
import { guide, readme } from '../support/documents.js';
import { follow, showsTimes } from '../support/reader.js';

// `guide-times.test.ts` follows the others.
const pages = [readme, ...guide].filter((page) => !showsTimes(page));

describe.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  follow(page);
});
