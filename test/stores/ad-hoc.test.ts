import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { DAY, MINUTE } from '../../src/domain/time.js';
import { APPLICATION_ID, MIGRATIONS } from '../../src/stores/migrations.js';
import { join } from 'node:path';
import { finished, firingOf, newFolder, NOW, recordOf, State } from './state.js';

const DEFINITION = '{"at":"2026-01-01T01:00:00Z","run":"echo ünï"}';
const removed = (jobName: string) => ({ event: 'timer.removed', at: NOW, jobName, reason: 'over' }) as const;
const adHoc = (name: string) => ({ ...recordOf(name), definition: DEFINITION });

test('a job’s definition survives a restart and is deleted with the job', () => {
  const state = new State();
  state.commit([], [adHoc('at:one'), adHoc('at:two'), recordOf('backup')]);
  state.stop();
  expect(state.ledger.recall().jobs.get('at:one')).toEqual(adHoc('at:one'));
  expect(state.ledger.recall().jobs.get('backup')).toEqual(recordOf('backup'));
  state.commit([finished('r1', { firing: firingOf('at:one') }), removed('at:one')]);
  expect(state.read((history) => [...history.jobs().keys()])).toEqual(['at:two', 'backup']);
  state.stop();
  expect([...state.ledger.recall().jobs.keys()]).toEqual(['at:two', 'backup']);
  expect(state.ended()).toEqual(['r1']);
});

test('a job added and removed while the file is locked leaves no record', async () => {
  const state = new State();
  state.commit([], [adHoc('at:kept')]);
  expect(state.ledger.isBehind).toBe(false);
  const other = new DatabaseSync(state.path);
  other.exec('BEGIN IMMEDIATE');
  state.commit([], [adHoc('at:one')]);
  expect(state.ledger.isBehind).toBe(true);
  state.commit([removed('at:one'), removed('at:kept')]);
  state.commit([], [adHoc('at:two')]);
  other.exec('ROLLBACK');
  other.close();
  await state.clock.advance(MINUTE);
  expect(state.ledger.isBehind).toBe(false);
  expect(state.read((history) => [...history.jobs().keys()])).toEqual(['at:two']);
});

test('an old outcome of an ad-hoc timer is deleted even if it is the timer’s newest', async () => {
  const state = new State(join(newFolder(), 'timers.db'), { keep: DAY, runs: 1 });
  state.commit([
    finished('old', { at: NOW - 2 * DAY, firing: firingOf('at:one') }),
    finished('new', { at: NOW, firing: firingOf('at:two') }),
    finished('yearly', { at: NOW - 2 * DAY, firing: firingOf('yearly') }),
  ]);
  await state.clock.advance(2 * MINUTE);
  expect(state.ended()).toEqual(['new', 'yearly']);
});

test.each(MIGRATIONS.map((_, version) => version + 1))('a state of version %i can be read', (version) => {
  const path = join(newFolder(), 'timers.db');
  const old = new DatabaseSync(path);
  old.exec(
    `${MIGRATIONS.slice(0, version).join('')} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version};
     INSERT INTO open_runs (run_id, job_name, scheduled_for, "trigger", generation, attempts, lateness_ms)
     VALUES ('r1', 'backup', ${NOW}, 'schedule', 0, 1, 0);
     INSERT INTO firings (ended_at, job_name, scheduled_for, "trigger", generation, run_id, status, attempts)
     VALUES (${NOW}, 'backup', ${NOW}, 'schedule', 0, 'r2', 'success', 1)`,
  );
  old.close();
  const state = new State(path);
  const ended = { runId: 'r2', outcome: { status: 'success' } };
  const read = () => state.read((history) => [history.open(), history.endings({ limit: 9 }), history.run('r2')]);
  const expected = [[{ runId: 'r1', attempts: 1 }], [ended], { ending: ended }];
  expect(read()).toMatchObject(expected);
  expect(state.ledger.recall().open).toMatchObject([{ runId: 'r1' }]);
  expect(read()).toMatchObject(expected);
});

test('a state of the previous version can be read, and the next scheduler migrates it', () => {
  const path = join(newFolder(), 'timers.db');
  const before = MIGRATIONS.findIndex((step) => step.includes('definition'));
  const old = new DatabaseSync(path);
  old.exec(
    `${MIGRATIONS.slice(0, before).join('')} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${before}`,
  );
  old.exec(`INSERT INTO jobs (name, fingerprint, cursor, generation, admitted, failures_in_a_row, breaker, paused)
    VALUES ('backup', 'every 10s', ${NOW}, 0, 1, 0, 'closed', 0)`);
  old.close();
  const state = new State(path);
  expect(state.read((history) => history.jobs().get('backup'))).toEqual(recordOf('backup'));
  expect(state.ledger.recall().jobs.get('backup')).toEqual(recordOf('backup'));
  state.commit([], [adHoc('at:one')]);
  expect(state.read((history) => history.jobs().get('at:one')?.definition)).toBe(DEFINITION);
});
