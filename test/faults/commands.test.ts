import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CALM, judged, pause, rounds, type Fleet } from './fleet.js';
import { LAWFUL, SAYS, type Timers } from './law.js';
import type { Machine } from './machine.js';
import { stores } from './stores.js';

const ROUNDS = rounds(2, 50);

/**
 * `kill_after` of a command that ignores SIGTERM, in steps of 100 ms: the command counts how many of them it lives
 * after the signal.
 */
const STEPS = 10;
/** A busy machine sends SIGKILL late. Without `kill_after` it comes after 8 s. */
const MOST_STEPS = 4 * STEPS;

/** Holds a lock of its machine for as long as a process of its group lives. */
const stubborn = [
  SAYS('stubborn'),
  'exec 8> "$STARTS.$TIMERS_NODE.lock"',
  'flock 8',
  `trap "echo TERM >> $STARTS.$TIMERS_NODE" TERM`,
  `while :; do sleep 0.1; echo step >> "$STARTS.$TIMERS_NODE"; done`,
].join('; ');

const TIMERS: Timers = {
  intervals: { quick: 300, stubborn: 500 },
  file: (state) => `${state}
history: { keep: 1d, runs: 1000000 }
defaults: { catch_up: { policy: all, within: 10m }, overlap: allow }
timers:
  quick: { every: 300ms, run: '${SAYS('quick')}' }
  stubborn: { every: 500ms, overlap: skip, kill_after: 1s, run: '${stubborn.replaceAll("'", "''")}' }`,
};

/** The lines of the commands of a machine. */
const linesOf = (fleet: Fleet, { name }: Machine): readonly string[] => {
  const file = `${fleet.starts}.${name}`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

const isOver = (fleet: Fleet, { name }: Machine): boolean =>
  spawnSync('flock', ['--nonblock', `${fleet.starts}.${name}.lock`, 'true']).status === 0;

/** The ways to lose the state. */
const faults: readonly ((fleet: Fleet, active: Machine) => Promise<void>)[] = [
  async (fleet, active) => {
    active.proxy.set('hole');
    await fleet.other(active);
    await active.program.line(() => !active.isActive);
    active.proxy.set('through');
  },
  async (fleet, active) => {
    active.signal('SIGSTOP');
    await pause(fleet.between(1.2, 2) * fleet.lease);
    await fleet.other(active);
    active.signal('SIGCONT');
  },
];

test.concurrent.each(stores)(
  `a machine that loses $name ${ROUNDS} times kills commands that ignore SIGTERM within their kill_after`,
  async (kind) => {
    /** How many steps each command lived after SIGTERM. */
    const lived: number[] = [];
    const figures = await judged(
      'commands',
      { ...kind, lease: CALM },
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          const active = await fleet.active();
          const before = linesOf(fleet, active).length;
          while (linesOf(fleet, active).length < before + 2 && active.isActive) await active.goesOn(1);
          if (!active.isActive) continue;
          await faults[round % faults.length]!(fleet, active);
          // The machine stands by after the last of its commands has ended.
          await active.program.line(() => active.standsBy);
          expect(isOver(fleet, active)).toBe(true);
          const lines = linesOf(fleet, active);
          expect(lines.slice(before)).toContain('TERM');
          lived.push(lines.length - 1 - lines.lastIndexOf('TERM'));
        }
      },
      { timers: TIMERS },
    );
    console.log('steps after SIGTERM', JSON.stringify(lived.sort((one, other) => one - other)));
    expect(lived.length).toBeGreaterThan(0);
    expect(Math.max(...lived)).toBeLessThan(MOST_STEPS);
    expect(figures).toMatchObject(LAWFUL);
  },
);
