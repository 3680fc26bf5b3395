import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const done = globalThis as { isBuilt?: boolean };

/** Builds the program once before the tests, however many projects need it, so that none of them runs an older one. */
export default function build(): void {
  if (done.isBuilt) return;
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync('npm', ['run', 'build', '--silent'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  done.isBuilt = true;
}
