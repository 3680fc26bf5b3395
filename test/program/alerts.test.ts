import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-ports.js';
import { missing, why } from '../support/monitors.js';
import { Desk, ROOT } from '../support/program.js';
import { dashboardQueries, type Dashboard } from '../support/watched-by-prometheus.js';

const EXAMPLES = join(ROOT, 'examples', 'monitoring');
const read = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

const lacksPromtool = missing('promtool');
const lacksAmtool = missing('amtool');
const promtool = (args: readonly string[], input = ''): string =>
  execFileSync('promtool', args, { input, encoding: 'utf8' });

/** The metrics of a scheduler that has run something. */
async function scrape(): Promise<string> {
  const port = await freePort();
  desk.write(
    'timers.yaml',
    `state: false\nhttp: 127.0.0.1:${port}\ntimers:\n  good: { in: 1ms, run: [true] }\n  bad: { in: 1ms, run: [false] }\n  never: { every: 1h, run: [true] }\n`,
  );
  const program = desk.start(['start']);
  for (const name of ['good', 'bad']) await program.event('run.finished', name);
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

describe('the shipped monitoring files', () => {
  test.skipIf(lacksPromtool.length > 0)(`promtool accepts the exposed metrics${why(lacksPromtool)}`, async () => {
    expect(promtool(['check', 'metrics'], await scrape())).toBe('');
  });

  test.skipIf(lacksPromtool.length > 0)(
    `promtool accepts the rules and the configuration, and the alerts fire as intended${why(lacksPromtool)}`,
    () => {
      expect(promtool(['check', 'config', join(EXAMPLES, 'prometheus.yml')])).toMatch(/SUCCESS: 10 rules found/);
      expect(promtool(['test', 'rules', join(ROOT, 'test', 'program', 'alerts.test.yml')])).toContain('SUCCESS');
    },
  );

  test.skipIf(lacksAmtool.length > 0)(`amtool accepts the Alertmanager route${why(lacksAmtool)}`, () => {
    expect(
      execFileSync('amtool', ['check-config', join(EXAMPLES, 'alertmanager.yml')], { encoding: 'utf8' }),
    ).toContain('SUCCESS');
  });

  test('query only metrics that exist', async () => {
    const scraped = await scrape();
    // Only measured clocks have an offset.
    const known = new Set([...scraped.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const asked = [read('alerts.rules.yml'), ...dashboardQueries().map(([, query]) => query)].flatMap((text) =>
      [...text.matchAll(/\b((?:task|timers|nodejs|process)_[a-z0-9_]+?)(?:_bucket)?\b/g)].map(([, name]) => name),
    );
    expect(new Set(asked).size).toBeGreaterThan(15);
    for (const name of asked) expect(known, name).toContain(name);
  });

  test('every alert says what to do, using commands that exist', async () => {
    const rules = read('alerts.rules.yml').split('- alert: ').slice(1);
    expect(rules.map((rule) => rule.split('\n')[0])).toEqual([
      'TimersSchedulerGone',
      'TimerFailing',
      'TimerMissed',
      'TimerLate',
      'TimerNotSucceededForADay',
      'TimerBreakerOpen',
      'TimerPausedForADay',
      'TimersClockDrift',
      'TimersConfigRejected',
      'TimersStateNotWritable',
    ]);
    for (const rule of rules) expect(rule).toMatch(/summary: .*\n.*action: .*`/);
    const lines = [...rules.join('').matchAll(/`timers ([^`]+)`/g)].map(([, line = '']) => line.split(' '));
    const helps = new Map<string, string>();
    for (const [command = ''] of lines)
      if (!helps.has(command)) helps.set(command, (await desk.run(command, '--help')).stdout);
    for (const [command = '', ...rest] of lines) {
      expect(helps.get(command), command).toContain(`Usage: timers ${command}`);
      for (const option of rest.filter((word) => word.startsWith('-')))
        expect(helps.get(command), `${command} ${option}`).toMatch(new RegExp(`^ +(-\\w, )?${option}\\b`, 'm'));
    }
  });
});

describe('the dashboard', () => {
  const { schemaVersion, panels } = JSON.parse(read('grafana-dashboard.json')) as Dashboard;

  test('uses a schema that Grafana reads, and its panels do not overlap', () => {
    expect(schemaVersion).toBeGreaterThanOrEqual(39);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), title).toBe(false);
          taken.add(`${x},${y}`);
        }
    }
  });

  test.skipIf(lacksPromtool.length > 0)(`uses valid PromQL queries${why(lacksPromtool)}`, () => {
    const rules = dashboardQueries().map(
      ([, query], index) => `- { record: "r:${index}", expr: ${JSON.stringify(query)} }`,
    );
    const file = desk.write('rules.yml', `groups:\n- name: dashboard\n  rules:\n  ${rules.join('\n  ')}\n`);
    expect(promtool(['check', 'rules', file])).toContain(`SUCCESS: ${rules.length} rules found`);
  });
});
