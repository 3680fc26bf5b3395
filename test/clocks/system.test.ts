import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { readStat } from '../../src/executors/shell/proc.js';

const clock = createSystemClock();

/** Blocks the event loop for at least this many milliseconds. */
function block(duration: number): void {
  const until = clock.monotonic() + duration;
  while (clock.monotonic() < until);
}

it.runIf(process.platform === 'linux')('the time since boot equals that of the system', () => {
  const before = clock.uptime() ?? 0;
  block(20);
  const system = Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1_000;
  expect(system).toBeGreaterThan(before);
  expect(clock.uptime()).toBeGreaterThanOrEqual(system);
});

describe('a timer of the system clock', () => {
  it.runIf(process.platform === 'linux')('fires after the exit of a process that ended meanwhile', async () => {
    const told: string[] = [];
    const child = spawn('true').on('exit', () => told.push('exit'));
    const timer = new Promise<void>((resolve) => clock.after(1, resolve)).then(() => told.push('timer'));
    while (readStat(child.pid ?? 0)?.isOver === false);
    block(20);
    await timer;
    expect(told).toEqual(['exit', 'timer']);
  });

  it('does not fire if it is disarmed before, even if it is due', async () => {
    let isLate = false;
    await new Promise<void>((resolve) => {
      clock.after(1, () => {
        disarm();
        clock.after(5, resolve);
      });
      const disarm = clock.after(1, () => (isLate = true));
      block(20);
    });
    expect(isLate).toBe(false);
  });
});
