import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noCompiler } from '../support/c-compiler.js';

/** Builds in a separate folder. Returns its output and the files it creates. */
function build(env: Record<string, string>): { readonly said: string; readonly made: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'build-'));
  cpSync('native', join(folder, 'native'), { recursive: true });
  cpSync('package.json', join(folder, 'package.json'));
  const said = execFileSync(process.execPath, ['native/build.js'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { said, made: readdirSync(join(folder, 'dist', 'native')) };
}

it.skipIf(noCompiler !== undefined)('the build compiles a forker for this machine and prints nothing', () => {
  expect(build({})).toEqual({ said: '', made: [`timers-forker-linux-${process.arch}`] });
});

it.runIf(process.platform === 'linux')('the build succeeds without a C compiler and reports it in one line', () => {
  expect(build({ CC: 'no-such-compiler' })).toEqual({
    said: 'timers-forker was not built, so timers starts commands with execa: the C compiler no-such-compiler was not found.\n',
    made: [],
  });
});
