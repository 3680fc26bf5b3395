import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { printWhy } from '../../src/cli/render/why.js';
import { whyTimer } from '../../src/cli/why-timer.js';
import type { TimerEvent } from '../../src/domain/event.js';
import type { JobMemory } from '../../src/domain/ledger.js';
import { fingerprintOf, type Job } from '../../src/domain/job.js';
import { loadTimerFile } from '../../src/config/index.js';
import { openState } from '../../src/stores/index.js';
import { thisMachine } from '../../src/this-machine.js';
import { FakeClock } from '../support/fake-clock.js';
import { finished, firingAt, instant, missed, remembered, running, skipped } from '../support/past.js';
import { Desk } from '../support/program.js';
import { RecordedTerminal } from '../support/recorded-terminal.js';

const NOW = instant('2026-11-24T07:00:00');

const FILE = `
timezone: Europe/Berlin
state: ./past.db
timers:
  backup: { cron: "0 3 * * *", run: ./backup.sh }
  weekdays: { cron: "0 3 * * MON-FRI", run: x }
  night: { cron: "30 2 * * *", run: x }
  strict: { cron: "30 2 * * *", dst: { gap: skip, repeat: both }, run: x }
  poll: { cron: "*/10 * * * *", run: x }
  ticks: { cron: "*/10 * 3 * * *", run: x }
  either: { cron: "0 3 13 * FRI", run: x }
  several: { cron: ["0 3 * * *", "0 4 * * SUN"], run: x }
  ping: { every: 10m, run: x }
  rest: { every: { interval: 1h, from: end }, run: x }
  once: { at: "2027-01-01 00:00", run: x }
  later: { cron: "0 3 * * *", not_before: 2027-01-01, run: x }
  thrice: { cron: "0 3 * * *", max_runs: 3, run: x }
  off: { cron: "0 3 * * *", enabled: false, run: x }
`;

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', FILE);
});
afterEach(() => desk.clear());

/** What a scheduler would have recorded that ran until now; it remembers every timer of the file. */
async function record(events: readonly TimerEvent[], memory: Partial<JobMemory> = {}): Promise<void> {
  const { timerFile } = await loadTimerFile({ cwd: desk.folder }, thisMachine(NOW));
  const clock = new FakeClock('2026-11-24T06:00:00Z');
  const opening = openState({
    path: join(desk.folder, 'past.db'),
    clock,
    pid: 1,
    retention: { keep: 1e12, runs: 1_000 },
  });
  if (opening.kind !== 'open') throw new Error(`the state is ${opening.kind}`);
  opening.ledger.recall();
  const recordOf = (job: Job) => ({
    ...remembered(job.name, { cursor: instant('2026-11-24T06:00'), ...memory }),
    fingerprint: fingerprintOf(job),
  });
  opening.ledger.commit(events, timerFile!.jobs.map(recordOf), clock.now());
  opening.ledger.close();
}

async function why(name: string, at?: string, asJson = false): Promise<string> {
  const terminal = new RecordedTerminal(desk.folder);
  const answer = await whyTimer(terminal, name, { now: NOW, ...(at !== undefined && { at }) });
  if (answer) printWhy(answer, { terminal, asJson });
  return terminal.said;
}

const CASES: [string, string | undefined][] = [
  ['weekdays', '2026-11-22 03:00'],
  ['night', '2027-03-28 02:30'],
  ['night', '2027-03-28 03:00'],
  ['strict', '2027-03-28 02:30'],
  ['poll', '2027-03-28 02:10'],
  ['night', '2026-10-25 02:30'],
  ['night', '2026-10-25T02:30+01:00'],
  ['strict', '2026-10-25 02:30'],
  ['ticks', '03:00'],
  ['ticks', '03:00:05'],
  ['either', '2026-11-13 03:00'],
  ['either', '2026-11-20 03:00'],
  ['several', '04:00'],
  ['ping', '03:03'],
  ['ping', '03:00'],
  ['rest', '03:00'],
  ['once', undefined],
  ['once', '03:00'],
  ['later', undefined],
  ['later', '03:00'],
  ['off', '03:00'],
  ['backup', '2026-11-25 03:00'],
  ['thrice', '03:00'],
];
test('look', async () => {
  if (!process.env['LOOK']) return;
  for (const [name, at] of CASES) console.log(`$ timers why ${name} ${at}\n` + (await why(name, at)));
  await record([
    finished(firingAt('2026-11-23T20:00', { jobName: 'ping' })),
    missed(firingAt('2026-11-24T02:00'), { at: instant('2026-11-24T05:40') }),
    missed(firingAt('2026-11-24T05:40', { jobName: 'ping' }), {
      at: instant('2026-11-24T05:40'),
      count: 58,
      firstScheduledFor: instant('2026-11-23T20:10'),
    }),
  ]);
  for (const [name, at] of [
    ['backup', undefined],
    ['ping', '03:00'],
    ['poll', undefined],
    ['backup', '2026-11-20 03:00'],
  ] as const)
    console.log(`$ timers why ${name} ${at}\n` + (await why(name, at)));
  console.log(await why('backup', undefined, true));
});
