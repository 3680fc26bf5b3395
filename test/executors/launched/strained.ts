// A program for strained.test.ts: runs one command under the strain named in argv[2] and prints the result.
import { openSync } from 'node:fs';
import { createSystemClock } from '../../../src/clocks/system.js';
import { createExecutor } from './launchers.js';
import { command, RecordedIo } from '../recorded-io.js';

const executor = await createExecutor({ clock: createSystemClock(), environment: process.env });

/** Opens files until the system has no more. */
function exhaustFiles(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // This is intended.
  }
}

async function outOfFiles(): Promise<unknown> {
  // Loads everything in advance, while there are still descriptors for it.
  await executor.execute(command('true'), new RecordedIo());
  exhaustFiles();
  return executor.execute(command('true'), new RecordedIo());
}

/** A flood of output without a newline, then one of short lines. */
async function flood(): Promise<unknown> {
  const io = Object.assign(new RecordedIo(), { output: () => undefined });
  await executor.execute(command('true'), io);
  const before = process.memoryUsage.rss();
  const exit = await executor.execute(command('head -c 100000000 /dev/zero; yes | head -c 20000000'), io);
  return { exit, grownMb: Math.round((process.memoryUsage.rss() - before) / 1e6) };
}

/** Starts more runs at once than there are descriptors for, ends them, and runs one more. */
async function crowd(): Promise<unknown> {
  const refused: unknown[] = [];
  const ios = Array.from({ length: 200 }, () => new RecordedIo());
  let ended: Promise<unknown>[] = [];
  const begun = ios.map(
    (io) =>
      new Promise<void>((resolve) => {
        const run = executor.execute(command('exec sleep 1000'), Object.assign(io, { started: () => resolve() }));
        const end = run.then((exit) => exit.kind === 'not_started' && refused.push(exit) && resolve());
        ended = [...ended, end];
      }),
  );
  await Promise.all(begun);
  for (const io of ios) io.cancellation.cancel({ kind: 'requested' });
  await Promise.all(ended);
  const errors = new Set(refused.map((exit) => JSON.stringify(exit)));
  const next = await executor.execute(command('echo x >/dev/stderr'), new RecordedIo());
  return { ran: ios.length - refused.length, errors: [...errors], next };
}

const strains: Readonly<Record<string, () => Promise<unknown>>> = { files: outOfFiles, flood, crowd };
process.stdout.write(JSON.stringify(await strains[process.argv[2] ?? '']?.()));
