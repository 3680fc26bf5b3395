import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'rolldown';

/** Bundles a file next to the test into a program, for what must not happen to the process of the tests. Returns its path. */
export const bundle = (source: URL): Promise<string> => bundleInto(mkdtempSync(join(tmpdir(), 'bundle-')), source);

/** The same, where the program finds the packages of this checkout, such as SQLite's binding. */
export function bundleWithPackages(source: URL): Promise<string> {
  // From there `../../dist` is the built program's, with the forker.
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
  return bundleInto(mkdtempSync(join(packages, '.bundle-')), source, {
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    transform: { define: { TIMERS_VERSION: '"0.0.0"' } },
  });
}

async function bundleInto(folder: string, source: URL, more: BuildOptions = {}): Promise<string> {
  const program = join(folder, 'program.mjs');
  await build({
    input: fileURLToPath(source),
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    output: { file: program, format: 'esm', codeSplitting: false },
    logLevel: 'silent',
    ...more,
  });
  return program;
}
