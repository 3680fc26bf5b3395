import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SANITIZED = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Why C programs cannot be compiled here; `undefined` where they can. */
export const noCompiler = findTrouble();

function findTrouble(): string | undefined {
  if (process.platform !== 'linux') return 'the forker is for Linux';
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no C compiler';
  }
}

/** Compiles a file of this repository. Returns the path of the program. @throws Error with what the compiler says. */
export function compile(source: string, flags: readonly string[]): string {
  const program = join(mkdtempSync(join(tmpdir(), 'compiled-')), 'program');
  execFileSync('cc', ['-std=c11', ...flags, '-o', program, source], { stdio: ['ignore', 'ignore', 'pipe'] });
  return program;
}
