// Compiles forker.c for this machine, as the last step of `npm run build`. Without a C compiler, the build still
// succeeds, and timers starts commands with execa.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const program = path(`../dist/native/timers-forker-linux-${process.arch}`);
const compiler = process.env.CC || 'cc';

/**
 * Links statically if the C library allows it, so that a package built here runs elsewhere. release.sh uses the same
 * flags.
 */
function compile(...more) {
  const args = ['-std=c11', '-Os', '-s', '-Wl,--build-id=none', ...more, '-o', program, path('forker.c')];
  execFileSync(compiler, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function build() {
  if (process.platform !== 'linux') return 'it runs only on Linux';
  mkdirSync(path('../dist/native'), { recursive: true });
  rmSync(program, { force: true });
  try {
    compile('-static');
  } catch {
    try {
      compile();
    } catch (error) {
      return error.code === 'ENOENT' ? `the C compiler ${compiler} was not found` : String(error.message).trim();
    }
  }
  return undefined;
}

const reason = build();
if (reason !== undefined) console.log(`timers-forker was not built, so timers starts commands with execa: ${reason}.`);
