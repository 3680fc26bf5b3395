import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Result } from './result.js';

const ROUNDS = 15;
const program = join(process.cwd(), 'bin', 'timers.js');

const fileOf = (timers: number): string =>
  ['timezone: Europe/Berlin', 'timers:']
    .concat(
      Array.from(
        { length: timers },
        (_, index) => `  t${index}: { cron: "${index % 60} ${index % 24} * * *", run: echo ${index} }`,
      ),
    )
    .join('\n');

const ms = (act: () => void): number => {
  const begun = performance.now();
  act();
  return performance.now() - begun;
};

/** The time from the start of the process to `scheduler.started`. */
function untilStarted(cwd: string): Promise<number> {
  const begun = performance.now();
  const child = spawn(program, ['start'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve) => {
    let took = 0;
    child.stdout.once('data', () => {
      took = performance.now() - begun;
      child.kill('SIGKILL');
    });
    child.once('close', () => resolve(took));
  });
}

/** What a user waits for before anything happens, next to a Node that does nothing. */
export async function run(): Promise<Result[]> {
  const results: Result[] = [];
  const bare = () => ms(() => spawnSync(process.execPath, ['-e', '0']));
  for (const timers of [10, 1_000, 10_000]) {
    const cwd = mkdtempSync(join(tmpdir(), 'bench-'));
    writeFileSync(join(cwd, 'timers.yaml'), fileOf(timers));
    const rounds: { bare: number; validate: number; start: number }[] = [];
    for (let round = 0; round < (timers > 1_000 ? 5 : ROUNDS); round++) {
      rounds.push({
        bare: bare(),
        validate: ms(() => spawnSync(program, ['validate'], { cwd })),
        start: await untilStarted(cwd),
      });
    }
    const peer = { name: 'node -e 0', value: median(rounds.map((round) => round.bare)) };
    const count = timers.toLocaleString('en');
    results.push({
      name: `timers validate, ${count} timers`,
      value: median(rounds.map((round) => round.validate)),
      unit: 'ms',
      peer,
    });
    results.push({
      name: `timers start to its first armed timer, ${count} timers`,
      value: median(rounds.map((round) => round.start)),
      unit: 'ms',
      peer,
    });
    rmSync(cwd, { recursive: true });
  }
  return results;
}
