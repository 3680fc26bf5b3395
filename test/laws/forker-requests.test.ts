import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile, noCompiler, SANITIZED } from '../support/c-compiler.js';
import { ROUNDS } from './rounds.js';

if (noCompiler !== undefined) console.log(`test/laws/forker-requests is skipped: ${noCompiler}`);

describe.skipIf(noCompiler !== undefined)('the forker', () => {
  let fuzz: string;
  beforeAll(() => {
    fuzz = compile('test/native/fuzz.c', SANITIZED);
  });

  test.each([1, 17, 2026])('parses 100,000 random requests without an error: seed %i', (seed) => {
    const said = execFileSync(fuzz, [String(seed), String(100_000 * ROUNDS)], { encoding: 'utf8' });
    const [parsed = 0, forks = 0, leaves = 0] = (said.match(/\d+/g) ?? []).map(Number);
    expect(Math.min(parsed, forks, leaves)).toBeGreaterThan(5_000);
  });
});
