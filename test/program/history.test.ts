import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TimerEvent } from '../../src/domain/events/index.js';
import type { Ending, Ledger } from '../../src/domain/ledger.js';
import { toRecord } from '../../src/domain/record.js';
import { toTimestamp } from '../../src/domain/time.js';
import { defaultStatePath, openState } from '../../src/stores/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { finished, firingAt, instant, missed, remembered, skipped } from '../support/past.js';
import { Desk } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

const FILE = `
state: ./past.db
timers:
  backup: { cron: "30 2 * * *", run: ./backup.sh }
  report: { every: 1h, run: "true" }
`;

const report = (timestamp: string) => firingAt(timestamp, { jobName: 'report' });
const PAST: readonly Ending[] = [
  finished(firingAt('2026-11-20T01:30:00'), { runId: 'mg1c2x3k0abcd' }),
  finished(report('2026-11-20T02:00:00'), {
    runId: 'mg1c2x3l0abcd',
    outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
    attempts: 2,
    outputTail: 'no route to host',
    failuresInARow: 1,
  }),
  skipped(report('2026-11-20T03:00:00')),
  missed(firingAt('2026-11-21T01:30:00', { jobName: 'removed' }), {
    count: 3,
    firstScheduledFor: instant('2026-11-19'),
  }),
];

/** Records what a scheduler would have recorded, and stops. */
function record(path: string, ...events: readonly TimerEvent[]): string {
  void recording(path, ...events).close();
  return path;
}

/** A ledger that has recorded these events and stays open. */
function recording(path: string, ...events: readonly TimerEvent[]): Ledger {
  const clock = new FakeClock('2026-11-21T02:00:00Z');
  const opening = openState({ path, clock, pid: 1, retention: { keep: 1e12, runs: 1_000 } });
  if (opening.kind !== 'open') throw new Error(`the state is ${opening.kind}`);
  opening.ledger.recall();
  void opening.ledger.commit(events, [BACKUP], clock.now());
  return opening.ledger;
}

const BACKUP = remembered('backup', { lastStatus: 'success', lastFinishedAt: instant('2026-11-20T01:30:01') });

const past = () => record(join(desk.folder, 'past.db'), ...PAST);

const objects = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('history', () => {
  test('reads the state named by the timer file, and shows every outcome, newest last', async () => {
    desk.write('timers.yaml', FILE);
    past();
    const { code, stdout } = await desk.run('history');
    expect(code).toBe(0);
    const [head = '', ...lines] = stdout.trimEnd().split('\n');
    expect(head.trim().split(/ {2,}/)).toEqual(expect.arrayContaining(['WHEN', 'TIMER', 'OUTCOME', 'TOOK', 'CAUSE']));
    expect(lines.map((line) => /(success|failure|skipped|missed).*$/.exec(line)?.[0].replace(/ +/g, ' '))).toEqual([
      expect.stringContaining('success 900 ms'),
      expect.stringMatching(/^failure 900 ms .*exit code 3$/),
      expect.stringMatching(/^skipped the previous run is /),
      expect.stringMatching(/^missed 3 firings: the /),
    ]);
    // Without a terminal nothing is cut.
    expect(lines.at(-1)).toMatch(/ 3 firings: the scheduler was not running$/);
  });

  test('--json prints the fields of the log, and the timestamp', async () => {
    desk.write('timers.yaml', FILE);
    past();
    const { stdout } = await desk.run('history', '--json');
    expect(objects(stdout)).toEqual(PAST.map((ending) => ({ timestamp: toTimestamp(ending.at), ...toRecord(ending) })));
  });

  test('--json prints the same records as the log', async () => {
    desk.write(
      'timers.yaml',
      'state: ./past.db\ntimers:\n  fine: { in: 10ms, run: "true" }\n  bad: { in: 20ms, run: echo oh; exit 3 }\n',
    );
    const { stdout: log } = await desk.run('start');
    const told = objects(log)
      .filter(({ event }) => event === 'run.finished')
      .map((record) => ({ ...record, level: undefined, host: undefined, msg: undefined }));
    expect(told).toHaveLength(2);
    expect(objects((await desk.run('history', '--json')).stdout)).toEqual(told);
  });

  test('filters by timer, outcome, time and count', async () => {
    desk.write('timers.yaml', FILE);
    past();
    const idsOf = async (...args: string[]) =>
      objects((await desk.run('history', '--json', ...args)).stdout).map(({ firing_id: id }) => id);
    expect(await idsOf('report')).toEqual(['report@2026-11-20T02:00:00.000Z', 'report@2026-11-20T03:00:00.000Z']);
    expect(await idsOf('--status', 'failure,success')).toEqual([
      'backup@2026-11-20T01:30:00.000Z',
      'report@2026-11-20T02:00:00.000Z',
    ]);
    expect(await idsOf('-n', '1')).toEqual(['removed@2026-11-21T01:30:00.000Z']);
    expect(await idsOf('--since', '2026-11-20T02:30:00Z', '--until', '2026-11-20T04:00:00Z')).toEqual([
      'report@2026-11-20T03:00:00.000Z',
    ]);
    expect(await idsOf('removed')).toEqual(['removed@2026-11-21T01:30:00.000Z']);
  });

  test('--run shows one run in full, given a prefix of its id', async () => {
    desk.write('timers.yaml', FILE);
    past();
    const { code, stdout } = await desk.run('history', '--run', 'mg1c2x3l');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^run {7}mg1c2x3l0abcd\ntimer {5}report\n/);
    expect(stdout).toMatch(/\noutput\n│ no route to host\n$/);
    const { stdout: json } = await desk.run('history', '--run', 'mg1c2x3l', '--json');
    expect(objects(json)).toMatchObject([{ run_id: 'mg1c2x3l0abcd', output_tail: 'no route to host' }]);
  });

  test('shows an active run as running only while a scheduler holds it', async () => {
    desk.write('timers.yaml', FILE);
    const run = { firing: report('2026-11-21T02:00:00'), runId: 'mg1c9x3k0zzzz', at: instant('2026-11-21T02:00:00') };
    const ledger = recording(
      join(desk.folder, 'past.db'),
      { event: 'run.admitted', ...run },
      { event: 'attempt.begun', attempt: 1, latenessMs: 0, ...run },
    );
    // This process is the scheduler, so another one has to look.
    expect((await desk.start(['history']).ended).stdout).toMatch(/ report {2}running /);
    void ledger.close();
    expect((await desk.run('history')).stdout).toMatch(/ report {2}open .* no scheduler is running/);
    expect((await desk.run('history', '--json')).stdout).toBe('');
  });

  test('needs no timer file if --state names the state', async () => {
    const state = past();
    expect(await desk.run('history', '--state', state, 'removed')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('missed'),
    });
  });

  test('reads the default state of the scheduler if the timer file names none', async () => {
    const file = desk.write('timers.yaml', FILE.replace('state: ./past.db', ''));
    const env = { XDG_STATE_HOME: desk.folder };
    record(defaultStatePath(file, env), ...PAST);
    expect(await desk.runWith(env, 'history')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('backup'),
    });
  });
});

test('outcomes that could not be recorded are reported before the scheduler exits', async () => {
  const path = past();
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  desk.write('timers.yaml', 'state: ./past.db\ntimers:\n  fine: { in: 10ms, run: "true" }\n');
  const program = desk.start(['start']);
  await program.ended;
  other.close();
  expect(program.lines.slice(-2)).toMatchObject([
    { level: 'error', event: 'state.unrecorded', file: realpathSync(path), lost: 1 },
    { event: 'scheduler.stopped' },
  ]);
});

describe('history without records', () => {
  test('says where it looked if nothing is recorded yet, with exit code 0', async () => {
    desk.write('timers.yaml', FILE);
    const { code, stdout, stderr } = await desk.run('history');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/Nothing is recorded yet: there is no .*past\.db\. "timers start" creates it\.\n$/);
  });

  test('rejects an unknown timer if nothing is recorded yet, with exit code 2', async () => {
    desk.write('timers.yaml', FILE);
    expect(await desk.run('history', 'bakup')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean backup?'),
    });
  });

  test('reports that no record matches, with exit code 0', async () => {
    desk.write('timers.yaml', FILE);
    past();
    const { code, stderr } = await desk.run('history', '--status', 'timeout');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Nothing in .*past\.db matches\.\n$/) });
  });

  test('reports that the state is disabled, with exit code 1', async () => {
    desk.write('timers.yaml', FILE.replace('./past.db', 'false'));
    expect(await desk.run('history')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is no history: .*timers\.yaml says state: false/),
    });
  });

  test('names a state file that cannot be read, with exit code 1', async () => {
    desk.write('timers.yaml', FILE);
    writeFileSync(join(desk.folder, 'past.db'), 'noise '.repeat(1_000));
    const { code, stderr } = await desk.run('history');
    expect(code).toBe(1);
    expect(stderr).toMatch(/timers: the state .*past\.db cannot be read: \S.*\n$/);
  });

  test('suggests --state if there is no timer file, with exit code 1', async () => {
    expect(await desk.run('history')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('to read the history without a timer file, pass --state <path>'),
    });
  });
});

describe('wrong usage exits with code 2 and a hint', () => {
  test.each([
    [['bakup'], /unknown timer "bakup" in the file or in the history\. Did you mean backup\?/],
    [['--status', 'failed'], /--status: unknown outcome "failed"\. Did you mean failure\?/],
    [['--since', 'monday'], /"monday" is not a valid --since\. Use a time /],
    [['-n', 'all'], /"all" is not a valid --count/],
    [['--run', 'zzz'], /--run: no run has an id that begins with "zzz"; timers history shows the ids under RUN/],
    [['--run', 'mg1c2x3'], /--run: several runs have ids that begin with "mg1c2x3": mg1c2x3k0abcd, mg1c2x3l0abcd$/m],
    [['--run', 'mg1c2x3l', '-n', '3'], /'--run <id>' cannot be used with option '-n, --count <n>'/],
    [['--run', 'mg1c2x3l', 'backup'], /--run shows one run; leave out the names/],
  ])('timers history %j', async (args, said) => {
    desk.write('timers.yaml', FILE);
    past();
    const { code, stdout, stderr } = await desk.run('history', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(said);
  });
});

describe('list', () => {
  test('shows the last outcome of each timer', async () => {
    desk.write('timers.yaml', FILE);
    past();
    const { stdout } = await desk.run('list', '--json');
    expect(objects(stdout)).toMatchObject([
      { task_name: 'backup', last_status: 'success', last_finished_at: '2026-11-20T01:30:01.000Z' },
      { task_name: 'report', last_status: null, last_finished_at: null },
    ]);
    expect((await desk.run('list')).stdout).toMatch(/^NAME.*LAST\nbackup .*success .* ago\n/);
  });

  test('next omits a timer that has used up max_runs, with a note', async () => {
    desk.write('timers.yaml', 'state: ./s.db\ntimers: { few: { every: 1s, max_runs: 1, run: "true" } }');
    await desk.start(['start']).ended;
    expect(await desk.run('next', 'few')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'few is done and does not fire again.\nNo upcoming firings.\n',
    });
  });

  test('succeeds even if the state cannot be read', async () => {
    desk.write('timers.yaml', FILE);
    writeFileSync(join(desk.folder, 'past.db'), 'noise '.repeat(1_000));
    const { code, stdout, stderr } = await desk.run('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^NAME +SCHEDULE +NEXT +IN\nbackup/);
    expect(stderr).toMatch(/timers: the state .*past\.db cannot be read: .*\nTimes are in \S+\.\n$/);
  });
});
