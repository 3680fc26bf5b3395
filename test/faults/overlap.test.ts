import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CALM, judged, rounds } from './fleet.js';
import { LAWFUL, SAYS, type Timers } from './law.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(2, 25);
/** The lock of the workers, in ms: long enough for a busy machine. */
const LOCK = 5_000;

/**
 * A command that holds a lock for as long as its process lives, and one of two locks that all commands share. The
 * kernel releases them, even after SIGKILL. If a command cannot get a lock, a rule is broken.
 */
const alone = (job: string, rule: string, seconds: number): string =>
  [
    SAYS(job),
    `exec 8> "$STARTS.${rule}"`,
    `flock -n 8 || echo "${job}: ${rule}" >> "$STARTS.broken"`,
    `exec 9> "$STARTS.first"`,
    `flock -n 9 || { exec 9> "$STARTS.second"; flock -n 9 || echo "${job}: concurrency" >> "$STARTS.broken"; }`,
    `exec sleep ${seconds}`,
  ].join('; ');

const SPREAD: Timers = {
  intervals: { skip: 500, queue: 600, replace: 700, one: 800, two: 900 },
  file: (state) => `${state}
history: { keep: 1d, runs: 1000000 }
concurrency: 2
defaults: { catch_up: { policy: all, within: 10m }, run_on: any }
timers:
  skip: { every: 500ms, overlap: skip, run: '${alone('skip', 'skip', 0.2)}' }
  queue: { every: 600ms, overlap: queue, run: '${alone('queue', 'queue', 0.1)}' }
  replace: { every: 700ms, overlap: replace, run: '${alone('replace', 'replace', 0.8)}' }
  one: { every: 800ms, overlap: allow, group: g, run: '${alone('one', 'group', 0.1)}' }
  two: { every: 900ms, overlap: queue, group: g, run: '${alone('two', 'group', 0.1)}' }`,
};

test.each(storesOr('Redis').filter(({ name }) => name === 'Redis'))(
  `overlap, groups and concurrency hold across workers while machines are killed ${ROUNDS} times`,
  async (kind) => {
    let broken: readonly string[] = [];
    const figures = await judged(
      'overlap',
      { ...kind, lease: CALM },
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          const active = await fleet.active();
          await active.goesOn(20 + Math.floor(fleet.random() * 60));
          const victim = round % 2 === 0 ? active : fleet.oneOf(fleet.workers);
          await victim.kill();
          victim.start();
        }
        await fleet.settled();
        const file = `${fleet.starts}.broken`;
        broken = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
      },
      { names: ['one', 'two'], timers: SPREAD, lock: LOCK },
    );
    expect(broken).toEqual([]);
    const { withoutOutcome, withTwo, startedTwice } = LAWFUL;
    expect(figures).toMatchObject({ withoutOutcome, withTwo, startedTwice });
  },
);
