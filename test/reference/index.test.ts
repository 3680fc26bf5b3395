import { expect, test } from 'vitest';
import { Document, reference } from '../support/documents.js';

test('docs/reference/README.md lists each page on one line by title', () => {
  const index = new Document('docs/reference/README.md');
  const listed = [...index.text.matchAll(/^- \[(.*)\]\((.*)\): \S.*$/gm)].map(([, title, file]) => `${title} ${file}`);
  const pages = reference
    .filter(({ path }) => path !== index.path)
    .map(({ path, text }) => `${/^# (.*)$/m.exec(text)![1]} ${path.replace('docs/reference/', '')}`);
  expect(listed).toEqual(pages.sort());
});
