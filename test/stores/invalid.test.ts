import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { toRecord } from '../../src/domain/record.js';
import { toTimestamp } from '../../src/domain/time.js';
import { startOfRun } from '../../src/domain/ledger.js';
import { begun, admitted, finished, firingOf, NOW, recordOf, State } from './state.js';

/** A state with two timers, an outcome and an open run of each, which someone has then written to. */
function damaged(...statements: readonly string[]): State {
  const state = new State();
  state.start();
  fill(state);
  state.stop();
  const database = new DatabaseSync(state.path);
  for (const statement of statements) database.exec(statement);
  database.close();
  return state;
}

const VALUES = ['9e15', '1e300', '9e999', '-9e999', '9007199254740993', `'text'`, `x'ff00'`, '-1', '0.5', `''`];
const BAD = VALUES.map((_, index) => `bad${index}`);

function fill(state: State): void {
  const names = [...BAD, 'good'];
  const events = names.flatMap((jobName) => {
    const firing = firingOf(jobName);
    const outcome = { status: 'failure', error: 'no' } as const;
    return [
      admitted(`open-${jobName}`, firing),
      begun(`open-${jobName}`, 1, NOW, firing),
      admitted(`run-${jobName}`, firing),
      { event: 'attempt.failed', at: NOW, firing, runId: `run-${jobName}`, attempt: 1, outcome, retryInMs: 5 } as const,
      finished(`run-${jobName}`, { firing, outcome }),
    ];
  });
  state.commit(
    events,
    names.map((name) => recordOf(name, { failuresInARow: 1 })),
  );
}

/** Everything that is printed about it; throws if a value cannot be printed. */
const printed = (state: State): string =>
  state.read((history) => {
    const [endings, open, jobs] = [history.endings({ limit: 100 }), history.open(), [...history.jobs().values()]];
    const times = [
      ...jobs.flatMap(({ memory: { cursor, lastFinishedAt, paused, breaker } }) => [
        cursor,
        lastFinishedAt,
        paused?.until,
        breaker.kind === 'open' ? breaker.until + breaker.cooldown : undefined,
      ]),
      ...open.flatMap((run) => [run.startedAt, run.retryAt, startOfRun({ ending: undefined, open: run })]),
      ...endings.flatMap((ending) => [ending.at, startOfRun({ ending, open: undefined })]),
    ];
    for (const time of times) if (time !== undefined) toTimestamp(time);
    for (const name of BAD) history.run(`run-${name}`);
    return JSON.stringify([endings.map(toRecord), open, jobs]);
  });

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  jobs: [
    'fingerprint, cursor, generation, admitted, failures_in_a_row, breaker, paused, previous_scheduled_for',
    'last_success_at, last_status, last_finished_at, definition, pause_reason',
  ],
  open_runs: ['scheduled_for, trigger, generation, attempts, started_at, lateness_ms, retry_at, pid'],
  firings: [
    'ended_at, scheduled_for, trigger, generation, status, reason, count, first_scheduled_for, attempts',
    'lateness_ms, duration_ms, exit_code, signal, error, failures_in_a_row, is_recovery, cpu_ms, max_rss_bytes',
    'output_tail',
  ],
  failed_attempts: ['at, error, retry_in_ms'],
};
const places = Object.entries(COLUMNS).flatMap(([table, lists]) =>
  lists.flatMap((list) => list.split(', ').map((column) => ({ table, column }))),
);

/** Which row of a table belongs to a timer. */
const whereOf = (table: string, name: string): string =>
  table === 'jobs'
    ? `name = '${name}'`
    : table === 'failed_attempts'
      ? `run_id = 'run-${name}'`
      : `job_name = '${name}'`;

describe('a state with invalid values', () => {
  it.each(places)(
    'opens and prints despite an invalid $column in $table, and keeps all other data',
    ({ table, column }) => {
      const state = damaged(
        ...VALUES.map(
          (value, index) => `UPDATE ${table} SET "${column}" = ${value} WHERE ${whereOf(table, `bad${index}`)}`,
        ),
      );
      expect(printed(state)).toContain('run-good');
      state.start();
      const { jobs, open } = state.ledger.recall();
      expect(jobs.get('good')).toEqual(recordOf('good', { failuresInARow: 1 }));
      expect(open).toContainEqual(expect.objectContaining({ runId: 'open-good', attempts: 1 }));
      expect(state.troubles.filter(({ kind }) => kind !== 'invalid')).toEqual([]);
    },
  );

  it('is reported with each invalid word and its timer', () => {
    const state = damaged(
      `UPDATE jobs SET breaker = 'opem', last_status = 'fine' WHERE name = 'bad0'`,
      `UPDATE firings SET status = 'fine' WHERE job_name = 'bad0'`,
      `UPDATE open_runs SET "trigger" = 'whim' WHERE job_name = 'bad0'`,
    );
    expect(printed(state)).not.toMatch(/opem|fine|whim/);
    expect(printed(state)).not.toContain('"task_name":"bad0"');
    state.start();
    expect(state.troubles).toEqual([
      {
        kind: 'invalid',
        file: state.path,
        count: 3,
        problems: [
          'timer bad0: breaker is "opem"',
          'timer bad0: last_status is "fine"',
          'open run open-bad0: trigger is "whim"',
        ],
      },
    ]);
  });

  it('closes a breaker whose end is impossible, and makes a pause with such an end indefinite', () => {
    const state = damaged(
      `UPDATE jobs SET breaker = 'open', breaker_until = 9e15, breaker_cooldown_ms = 5, paused = 1, paused_until = 1e300 WHERE name = 'bad0'`,
    );
    state.start();
    const { memory: remembered } = state.ledger.recall().jobs.get('bad0')!;
    expect(remembered).toMatchObject({ breaker: { kind: 'closed' }, paused: { until: undefined }, failuresInARow: 1 });
  });

  it('restarts a schedule whose position is invalid', () => {
    const state = damaged(`UPDATE jobs SET cursor = 9e15 WHERE name = 'bad0'`);
    state.start();
    expect(state.ledger.recall().jobs.get('bad0')?.fingerprint).toBe('');
  });

  it('is reported once, because the start overwrites the invalid values', () => {
    const state = damaged(`UPDATE jobs SET breaker = 'opem'`, `UPDATE open_runs SET scheduled_for = 1e300`);
    state.start();
    expect(state.troubles).toHaveLength(1);
    state.commit([]);
    state.stop();
    state.troubles.splice(0);
    state.start();
    expect(state.troubles).toEqual([]);
  });
});
