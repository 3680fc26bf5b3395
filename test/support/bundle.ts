import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'rolldown';

/** Bundles a file next to the test into a program, for what must not happen to the process of the tests. Returns its path. */
export async function bundle(source: URL): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'bundle-')), 'program.mjs');
  await build({ ...OPTIONS, input: fileURLToPath(source), output: { file, format: 'esm', codeSplitting: false } });
  return file;
}

/**
 * Bundles programs with their packages, because loading those file by file takes most of a start. Returns the folder with
 * `<name>.mjs` for each.
 */
export async function bundleWithPackages(sources: Readonly<Record<string, URL>>): Promise<string> {
  // From there SQLite finds its binding, and `../../dist` is the built program's, with the forker.
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const dir = mkdtempSync(join(packages, '.bundle-'));
  await build({
    ...OPTIONS,
    input: Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, fileURLToPath(source)])),
    external: ['typescript', '@photostructure/sqlite', 'msgpackr-extract'],
    transform: { define: { TIMERS_VERSION: '"0.0.0"' } },
    output: { dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
  });
  return dir;
}

const OPTIONS: BuildOptions = {
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  logLevel: 'silent',
};
