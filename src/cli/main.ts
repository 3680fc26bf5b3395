import { visible } from '../text/visible.js';
import { runCommandLine } from './command-line.js';
import { exitDespiteFiles } from './exit-process.js';
import { standardOutput } from './standard-output.js';

const FAILED = 1;

/**
 * Ends the process once standard output has accepted everything. The process would not end by itself: a stalled log
 * must not keep the program running.
 */
function exit(code: number): void {
  if (process.stdout.writableLength === 0) void exitDespiteFiles(code);
  process.stdout.once('drain', () => void exitDespiteFiles(code));
  process.stdout.once('close', () => void exitDespiteFiles(code));
}

/** Describes what is wrong with the surroundings of the program, if no command can report that. */
function reasonOf({ code, syscall }: NodeJS.ErrnoException): string | undefined {
  // Parts of the program are loaded later, which needs a free file descriptor.
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'too many files are open. Raise the limit, for example: ulimit -n 1024';
  if (syscall === 'uv_cwd') return 'the current folder does not exist anymore. Change to another one, for example: cd';
  return undefined;
}

function fail(error: unknown): never {
  const said = error instanceof Error && 'code' in error && reasonOf(error as NodeJS.ErrnoException);
  if (said) {
    process.stderr.write(`timers: ${said}\n`);
    process.exit(FAILED);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`timers: internal error, please report it: ${stack.split('\n').map(visible).join('\n')}\n`);
  process.exit(FAILED);
}

/** Runs the command line of this process. */
function start(): void {
  const { stderr, env } = process;
  const stdout = standardOutput();
  const cwd = () => process.cwd();
  const surroundings = { stdout, stderr, env, cwd, exit: (code: number) => void exitDespiteFiles(code) };
  runCommandLine(process.argv.slice(2), surroundings).then(exit, fail);
}

/** @public For `bin/timers.js`, and for tests that run command lines of the built program in their own process. */
export const main = { start, runCommandLine };
