import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const EXPORTED = /^export (?:abstract )?(?:async )?(?:function\*? ?|const |class |interface |type |enum )(\w+)/gm;

/** The face gives public names to what has others inside. */
const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && file !== 'index.ts',
);

test('no name is exported by two files', () => {
  const places = new Map<string, string[]>();
  for (const file of files)
    for (const [, name = ''] of readFileSync(join('src', file), 'utf8').matchAll(EXPORTED))
      places.set(name, [...(places.get(name) ?? []), file]);
  const twice = [...places].filter(([, where]) => new Set(where).size > 1);
  expect(places.size).toBeGreaterThan(1_000);
  expect(twice).toEqual([]);
});
