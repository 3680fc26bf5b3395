import { execFile, type ExecFileException } from 'node:child_process';
import type { Clock } from '../../domain/clock.js';
import type { Duration } from '../../domain/time.js';

/** What a program printed, or why it failed. */
export type Printed =
  | { readonly kind: 'printed'; readonly text: string; readonly succeeded: boolean }
  | { readonly kind: 'absent' | 'broken'; readonly reason: string };

/** chronyc itself gives up after three tries of 1, 2 and 4 s. */
const PATIENCE: Duration = 10_000;
const MOST_OUTPUT = 64 * 1_024;

/**
 * Runs a program to its end and returns its output. Never rejects. Kills the program after 10 s, or immediately when
 * `signal` aborts.
 */
export function ask(command: readonly string[], clock: Clock, signal: AbortSignal): Promise<Printed> {
  const [program = '', ...args] = command;
  return new Promise<Printed>((resolve) => {
    let isLate = false;
    const options = { signal, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT } as const;
    const child = execFile(program, args, options, (error, text) => {
      disarm();
      const code = error?.code;
      if (isLate) resolve({ kind: 'broken', reason: `${program} does not respond` });
      else if (code === 'ENOENT') resolve({ kind: 'absent', reason: `${program} is not installed` });
      else if (error === null || typeof code === 'number')
        resolve({ kind: 'printed', text, succeeded: error === null });
      else resolve(broken(program, error));
    });
    const disarm = clock.after(PATIENCE, () => {
      isLate = true;
      child.kill('SIGKILL');
    });
  }).catch((error: unknown) => broken(program, error as NodeJS.ErrnoException));
}

/** Most failures arrive as events; Node throws the others (ENOMEM). */
const broken = (program: string, { code, message }: ExecFileException | NodeJS.ErrnoException): Printed => ({
  kind: 'broken',
  reason: `${program} could not be run (${code ?? message})`,
});
