import { readFileSync } from 'node:fs';

/**
 * Reads a file of the package. `path` is relative to the package's folder. This file and the built program are both two
 * folders below the package's folder.
 */
export const readPackageFile = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
