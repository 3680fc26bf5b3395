import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-ports.js';
import { missing, Monitor, Pager, why } from '../support/monitors.js';
import { Desk, type Program } from '../support/program.js';
import { dashboardQueries, writeShortened } from '../support/watched-by-prometheus.js';

let desk: Desk;
let pager: Pager;
let monitors: Monitor[];
beforeEach(() => {
  [desk, pager, monitors] = [new Desk(), new Pager(), []];
});
afterEach(async () => {
  await Promise.all(monitors.map((monitor) => monitor.stop()));
  pager.close();
  await desk.clear();
});

const lacks = missing('prometheus', 'prometheus-alertmanager', 'promtool', 'amtool');

/** A scheduler with a timer that fails at once, watched by a real Prometheus and a real Alertmanager with the shipped rules. */
async function watch(): Promise<{ program: Program; prometheus: Monitor; timers: (run: string) => void }> {
  const port = await freePort();
  const timers = (run: string) =>
    void desk.write(
      'timers.yaml',
      `http: 127.0.0.1:${port}
clock: { servers: [127.0.0.1] }
timers:
  backup: { every: 1d, run_at_start: true, run: ${run} }
  fine: { every: 1s, run: [true] }
`,
    );
  timers('exit 3');
  const folder = join(desk.folder, 'monitoring');
  mkdirSync(folder);
  const alertmanagerPort = await freePort();
  const files = writeShortened(folder, { timers: port, alertmanager: alertmanagerPort, pager: await pager.listen() });
  execFileSync('promtool', ['check', 'config', files.prometheus]);
  execFileSync('amtool', ['check-config', files.alertmanager]);
  const program = desk.start(['start']);
  const prometheus = Monitor.prometheus(folder, files.prometheus, await freePort());
  monitors = [prometheus, Monitor.alertmanager(folder, files.alertmanager, alertmanagerPort)];
  await Promise.all(monitors.map((monitor) => monitor.ready()));
  return { program, prometheus, timers };
}

test.skipIf(lacks.length > 0)(
  `Prometheus and Alertmanager report a failing timer, its recovery and a missing scheduler${why(lacks)}`,
  async () => {
    const { program, prometheus, timers } = await watch();
    const { exit_code: code } = await program.event('run.finished', 'backup');
    expect(code).toBe(3);
    const failing = await pager.paged('firing', 'TimerFailing', 'backup');
    expect(failing).toMatchObject({
      labels: { severity: 'warning', job: 'timers' },
      annotations: {
        summary: 'backup has failed 1 time.',
        action: expect.stringContaining('`timers why backup` explains why'),
      },
    });

    expect((await desk.run('trigger', 'backup', '--wait')).code).toBe(3);
    // While it lives: the dashboard's queries are understood and, except for data this scheduler lacks, return results.
    for (const [where, query] of dashboardQueries()) {
      const ask = async () => {
        const { result } = await prometheus.ask<{ result: unknown[] }>('query', { query });
        return result.length > 0 || UNANSWERED.includes(where) || undefined;
      };
      await eventually(`an answer for the dashboard's ${where}: ${query}`, ask);
    }

    timers('exit 0');
    expect((await desk.run('reload')).code).toBe(0);
    expect((await desk.run('trigger', 'backup', '--wait')).code).toBe(0);
    await pager.paged('resolved', 'TimerFailing', 'backup');

    timers('nothing, evry: 1s');
    expect((await desk.run('reload')).code).toBe(1);
    await pager.paged('firing', 'TimersConfigRejected');

    program.kill('SIGKILL');
    expect((await pager.paged('firing', 'TimersSchedulerGone')).labels['severity']).toBe('critical');
    expect(pager.alerts.filter(({ labels }) => labels['task'] === 'fine')).toEqual([]);
  },
);

/** Panels without series if nothing measures the clock, nothing is retried, and no hour has passed. */
const UNANSWERED: readonly string[] = [
  'Clock: offset and jumps A',
  'Forecast: runs of an hour B',
  'Retries and hooks that failed A',
  'Retries and hooks that failed B',
  'Restarts',
];
