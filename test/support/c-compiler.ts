import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SANITIZED = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Keeps the compiled programs. `npm ci` removes it. */
const KEPT = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

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

/**
 * Compiles a file of this repository, unless the same text has been compiled with these flags. Many test files need the
 * same program, and sanitizers take a second. Returns the path of the program.
 * @throws Error with what the compiler says.
 */
export function compile(source: string, flags: readonly string[]): string {
  const args = ['-std=c11', ...flags, source];
  const text = execFileSync('cc', [...args, '-E'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const version = execFileSync('cc', ['--version']);
  const key = createHash('sha256').update(text).update(flags.join(' ')).update(version).digest('hex').slice(0, 16);
  const folder = join(KEPT, key);
  const program = join(folder, 'program');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  // Another test file may look for it at the same time: it finds the whole program or none.
  const own = `${program}-${process.pid}`;
  execFileSync('cc', [...args, '-o', own], { stdio: ['ignore', 'ignore', 'pipe'] });
  renameSync(own, program);
  return program;
}
