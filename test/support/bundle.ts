import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

/** Makes a program of its own of a file beside the test, for what must not happen to the process the tests run in. Returns its path. */
export async function bundle(source: URL): Promise<string> {
  const program = join(mkdtempSync(join(tmpdir(), 'bundle-')), 'program.mjs');
  await build({
    input: fileURLToPath(source),
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    output: { file: program, format: 'esm' },
    logLevel: 'silent',
  });
  return program;
}
