import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../support/bundle.js';

let program: string;
beforeAll(async () => {
  program = await bundle(new URL('strained.ts', import.meta.url));
});

const run = (strain: string, limits = 'true'): unknown =>
  JSON.parse(
    execFileSync('/bin/sh', ['-c', `${limits}; exec '${process.execPath}' '${program}' ${strain}`], {
      encoding: 'utf8',
    }),
  );

describe('under resource limits', () => {
  it('the executor reports that file descriptors are exhausted, and keeps running', () => {
    expect(run('files', 'ulimit -n 64')).toEqual({
      kind: 'not_started',
      code: 126,
      error: 'the shell /bin/sh could not be started: the limit of open files is reached (EMFILE); see `ulimit -n`',
    });
  });

  it('the executor runs what the descriptors allow, rejects the rest and recovers', () => {
    const { ran, errors, next } = run('crowd', 'ulimit -n 256') as { ran: number; errors: string[]; next: unknown };
    expect(ran).toBeGreaterThan(60);
    expect(ran).toBeLessThan(128);
    expect(errors).toEqual([
      '{"kind":"not_started","code":126,"error":"the shell /bin/sh could not be started: the limit of open files is reached (EMFILE); see `ulimit -n`"}',
    ]);
    expect(next).toEqual({ kind: 'exited', code: 0 });
  });

  it('memory usage stays small even if a command prints a lot', () => {
    const { exit, grownMb } = run('flood') as { exit: unknown; grownMb: number };
    expect(exit).toEqual({ kind: 'exited', code: 0 });
    expect(grownMb).toBeLessThan(100);
  });
});
