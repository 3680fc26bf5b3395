// A program of its own for strained.test.ts: runs one command under the strain named in argv[2] and prints what came of it.
import { openSync } from 'node:fs';
import { createSystemClock } from '../../src/clocks/system.js';
import { createShellExecutor } from '../../src/executors/shell/index.js';
import { command, RecordedIo } from './recorded-io.js';

const executor = createShellExecutor({ clock: createSystemClock(), environment: process.env });

/** Opens files until the system gives no more. */
function exhaustFiles(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // That is what was wanted.
  }
}

async function outOfFiles(): Promise<unknown> {
  // What is loaded on demand is loaded before there are no files left to load it from.
  await executor.execute(command('true'), new RecordedIo());
  exhaustFiles();
  return executor.execute(command('true'), new RecordedIo());
}

/** A flood of output without a newline, then one of short lines. */
async function flood(): Promise<unknown> {
  const io = Object.assign(new RecordedIo(), { line: () => undefined });
  await executor.execute(command('true'), io);
  const before = process.memoryUsage.rss();
  const exit = await executor.execute(command('head -c 100000000 /dev/zero; yes | head -c 20000000'), io);
  return { exit, grownMb: Math.round((process.memoryUsage.rss() - before) / 1e6) };
}

const result = await (process.argv[2] === 'files' ? outOfFiles() : flood());
process.stdout.write(JSON.stringify(result));
