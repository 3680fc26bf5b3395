import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAsFarAsReadable } from '../../src/cli/load.js';
import { loadReadable } from '../../src/cli/load-readable.js';
import { simulateFile } from '../../src/cli/commands/simulate/simulate.js';
import { completeFromScheduler } from '../../src/config/index.js';
import { jobOffset } from '../../src/config/build/job-offset.js';
import { HOUR } from '../../src/domain/time.js';
import { thisMachine } from '../../src/this-machine.js';
import { Desk } from '../support/program.js';
import { RecordedTerminal } from '../support/recorded-terminal.js';

const STATE = 'redis://db.example.org/3?prefix=night';
const definitionOf = (name: string) => ({
  task_name: name,
  definition: { cron: '"0 3 * * *"', jitter: String(HOUR) },
});
const ofState = (name: string) => jobOffset(HOUR, '3/night', name);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.write(
    'timers.yaml',
    'timezone: UTC\ntimers:\n  spread: { cron: "0 3 * * *", jitter: 1h, run: x, run_on: any }\n',
  );
});
afterEach(() => desk.clear());

test('--state decides which machines share jitter, and whether run_on has workers', async () => {
  const terminal = new RecordedTerminal(desk.folder);
  const read = await loadReadable(terminal, { now: 0, state: STATE });
  expect(read?.jobs.map(({ offset }) => offset)).toEqual([ofState('spread')]);
  expect(read?.runnable).toHaveLength(1);
  expect(terminal.complained).toBe('');
});

test('simulate starts with the jitter of --state', async () => {
  const terminal = new RecordedTerminal(desk.folder);
  const askHistory = () => Promise.reject(new Error('no history is needed'));
  const asked = { state: STATE, from: '2026-11-24', to: '24h', durations: '1s', seed: '1', json: true } as const;
  expect(await simulateFile(asked, [], { terminal, now: 0, askHistory })).toBe(0);
  expect(terminal.said).toContain(`"jitter_ms": ${ofState('spread')}`);
});

test('a file that cannot be read gets its defaults for a shared state', () => {
  const taken = { timezone: 'UTC', state: null, started_at: null, timers: [definitionOf('spread')] };
  const place = { kind: 'shared', url: STATE, lease: 15_000 } as const;
  const unread = { path: '/t.yaml', named: '/t.yaml', readable: undefined };
  const machine = thisMachine(0, place);
  const found = completeFromScheduler(taken, unread, machine);
  expect(found.jobs.map(({ offset }) => offset)).toEqual([ofState('spread')]);
});

test('a shared state in a file with errors is still recognized', async () => {
  desk.write('timers.yaml', `state: ${STATE}\ntimers:\n  spread: { cron: "0 3 * * *", jitter: 1h, run: x, evry: 1 }\n`);
  const { readable } = await loadAsFarAsReadable(new RecordedTerminal(desk.folder), { now: 0 });
  const taken = { timezone: 'UTC', state: null, started_at: null, timers: [definitionOf('spread')] };
  const found = completeFromScheduler(taken, { path: '/t.yaml', named: '/t.yaml', readable }, thisMachine(0));
  expect(found.settings.state).toMatchObject({ kind: 'shared', url: STATE });
  expect(found.jobs.map(({ offset }) => offset)).toEqual([ofState('spread')]);
});
