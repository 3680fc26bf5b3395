import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const SOURCES = ['src', 'bin', 'native', 'package.json', 'rolldown.config.js', 'tsconfig.json', 'tsconfig.build.json'];
/** Changes with each package that is installed. */
const PACKAGES = 'node_modules/.package-lock.json';
/** The first file that a build writes, before it reads our sources, and the last one. */
const FIRST = 'dist/sqlite/lib/index.cjs';
const LAST = `dist/native/timers-forker-linux-${process.arch}`;

const done = globalThis as { isBuilt?: boolean };

/**
 * Builds the program before the tests if a source is newer than it, so that none of them runs an older one. `npm ci` has
 * just built it in a clean clone. However many projects need it, it is built once.
 */
export default function build(): void {
  if (!done.isBuilt && !isFresh(ROOT))
    execFileSync('npm', ['run', 'build', '--silent'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  done.isBuilt = true;
}

/** Whether the build in that folder is complete, and newer than each of its sources. */
export function isFresh(root: string): boolean {
  const changed = (path: string): number => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const started = changed(FIRST);
  // Includes the folders, because a file that is moved keeps its time.
  const within = SOURCES.flatMap((source) => [source, ...below(root, source)]);
  return changed(LAST) > started && [...within, PACKAGES].every((source) => changed(source) < started);
}

function below(root: string, source: string): string[] {
  if (!statSync(join(root, source)).isDirectory()) return [];
  return readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).map((path) => join(source, path));
}
