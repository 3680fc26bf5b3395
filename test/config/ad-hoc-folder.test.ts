import { expect, test } from 'vitest';
import { AdHocTimers } from '../../src/daemon/ad-hoc-timers.js';
import { rebuildAdHoc, type TimerFile } from '../../src/config/index.js';
import type { Job } from '../../src/domain/job.js';
import type { Scheduler } from '../../src/engine/scheduler.js';
import { load, machine } from './diagnose.js';

const fileIn = (folder: string) =>
  ({
    ...load('timezone: UTC\ntimers: {a: {every: 1m, run: x}}').timerFile,
    named: `${folder}/timers.yaml`,
  }) as TimerFile;

/** An ad-hoc timer as it is recorded by a machine whose file is in `/tmp`. */
function recorded(cwd?: string): { readonly told: string; readonly definition: string | undefined } {
  const put: Job[] = [];
  const controls = { put: (job: Job) => void put.push(job) };
  const scheduler = { adHoc: 0, now: () => 0, job: () => undefined, controls } as unknown as Scheduler;
  const timers = new AdHocTimers({ file: () => fileIn('/tmp'), scheduler: () => scheduler });
  const told = timers.add({ when: { in: 60_000 }, run: 'true', ...(cwd !== undefined && { cwd }) }).cwd;
  return { told, definition: put[0]?.adHoc };
}

test.each([
  ['without a folder runs in the folder of the timer file after a takeover', undefined, '/tmp', '/'],
  ['with a folder runs in the same folder after a takeover', '/usr', '/usr', '/usr'],
])('an ad-hoc timer %s', (_, cwd, here, there) => {
  const { told, definition = '' } = recorded(cwd);
  expect(told).toBe(here);
  const job = rebuildAdHoc({ name: 'in:abcde', definition }, { file: fileIn(''), machine });
  expect(job?.command.cwd).toBe(there);
});
