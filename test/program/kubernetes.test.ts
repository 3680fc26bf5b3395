import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { manifestsOf, readExample, schemaFault, typeFaults, type Manifest } from '../support/kubernetes.js';
import { freePort } from '../support/free-ports.js';
import { missing, why } from '../support/monitors.js';
import { Machines } from '../support/machines.js';
import { Desk, ROOT } from '../support/program.js';
import { hasRedis } from '../support/redis-server.js';

const VALUES = 'prometheus-adapter.yml';
const files = readdirSync(join(ROOT, 'examples', 'kubernetes')).filter((name) => name !== VALUES);
const all = files.flatMap((name) => manifestsOf(readExample(name)));
const ofKind = (kind: string) => all.filter((manifest) => manifest.kind === kind);

/** A part of a manifest, by its path. */
const at = (manifest: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce((part: unknown, key) => (part as Record<string, unknown> | undefined)?.[key], manifest);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

describe('the manifests', () => {
  test.each(all.map((manifest) => [manifest.kind, manifest] as const))('%s has valid values', async (_, manifest) => {
    expect(await schemaFault(manifest)).toBeUndefined();
  });

  test('contain only keys that their kinds define', () => {
    expect(typeFaults(all)).toEqual([]);
  });

  test('are rejected with a wrong value or an unknown key', async () => {
    const keda = readExample('keda.yml');
    const changed = (from: string, to: string): Manifest => {
      expect(keda).toContain(from);
      return manifestsOf(keda.replaceAll(from, to))[0]!;
    };
    expect(await schemaFault(changed("threshold: '4'", 'threshold: 4'))).toContain('threshold must be string');
    expect(typeFaults([changed('minReplicaCount', 'minReplicas')]).join()).toMatch(/"minReplicas"' does not exist/);
  });

  test('mount each volume that they declare, and the timer file uses the mounted paths', async () => {
    const [config, deployment] = [ofKind('ConfigMap')[0], ofKind('Deployment')[0]];
    const file = String(at(config, 'data', 'timers.yaml'));
    const token = desk.write('token', 'a-token-of-enough-characters');
    chmodSync(token, 0o600);
    const here = file.replace('/token/token', token).replace('/state/', `${desk.folder}/`);
    const valid = await desk.run('validate', desk.write('timers.yaml', here), '--strict');
    expect(valid).toMatchObject({ code: 0, stderr: '' });
    const container = at(deployment, 'spec', 'template', 'spec', 'containers', 0);
    const mounts = at(container, 'volumeMounts') as { name: string; mountPath: string }[];
    const volumes = at(deployment, 'spec', 'template', 'spec', 'volumes') as { name: string }[];
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
    const inside = (path: string) => mounts.some(({ mountPath }) => path.startsWith(`${mountPath}/`));
    for (const [, path = ''] of file.matchAll(/(?:state|token_file): ([^\s,}]+)/g))
      expect(inside(path), path).toBe(true);
    expect(at(volumes, 0, 'configMap', 'name')).toBe(at(config, 'metadata', 'name'));
    const [command, ...args] = at(container, 'args') as string[];
    const help = (await desk.run(command!, '--help')).stdout;
    expect(help).toContain('Usage: timers start');
    for (const option of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(option);
    expect(file).toContain(`0.0.0.0:${String(at(container, 'ports', 0, 'containerPort'))}`);
  });
});

test('the scheduler and its workers mount the same timer file, and each mount has its volume', async () => {
  const ours = manifestsOf(readExample('workers.yml'));
  const config = ours.find(({ kind }) => kind === 'ConfigMap');
  const file = String(at(config, 'data', 'timers.yaml'));
  const password = desk.write('password', 'a-password');
  chmodSync(password, 0o600);
  const token = desk.write('token', 'a-token-of-enough-characters');
  chmodSync(token, 0o600);
  const here = file.replace('/redis/password', password).replace('/token/token', token);
  const valid = await desk.run('validate', desk.write('timers.yaml', here), '--strict');
  expect(valid).toMatchObject({ code: 0, stdout: expect.stringContaining('is valid') as string, stderr: '' });
  for (const deployment of ours.filter(({ kind }) => kind === 'Deployment')) {
    const container = at(deployment, 'spec', 'template', 'spec', 'containers', 0);
    const mounts = at(container, 'volumeMounts') as { name: string }[];
    const volumes = at(deployment, 'spec', 'template', 'spec', 'volumes') as { name: string }[];
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
    expect(at(volumes, 0, 'configMap', 'name')).toBe(at(config, 'metadata', 'name'));
    const [command, ...args] = at(container, 'args') as string[];
    const help = (await desk.run(command!, '--help')).stdout;
    for (const option of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(option);
  }
  const scaled = ours.find(({ kind }) => kind === 'ScaledObject');
  expect(at(scaled, 'spec', 'scaleTargetRef', 'name')).toBe('timers-worker');
});

/** The queries of an autoscaler to Prometheus. */
function queries(name = 'keda.yml'): readonly string[] {
  const scaled = manifestsOf(readExample(name)).find(({ kind }) => kind === 'ScaledObject');
  const triggers = at(scaled, 'spec', 'triggers') as { metadata: { query: string } }[];
  return triggers.map(({ metadata }) => metadata.query);
}

interface AdapterRule {
  readonly seriesQuery: string;
  readonly name: { readonly as: string };
  readonly metricsQuery: string;
}
const adapterRules = (): readonly AdapterRule[] =>
  (parse(readExample(VALUES)) as { rules: { external: AdapterRule[] } }).rules.external;

const lacksPromtool = missing('promtool');

describe('the queries', () => {
  test('are the same for KEDA and prometheus-adapter, and the HPA uses their metrics', () => {
    expect(adapterRules().map(({ metricsQuery }) => metricsQuery)).toEqual(queries());
    const metrics = at(ofKind('HorizontalPodAutoscaler')[0], 'spec', 'metrics') as unknown[];
    expect(metrics.map((metric) => at(metric, 'external', 'metric', 'name'))).toEqual(
      adapterRules().map(({ name }) => name.as),
    );
  });

  test.skipIf(lacksPromtool.length > 0)(`match metrics that a scheduler exposes${why(lacksPromtool)}`, async () => {
    const scraped = await scrape();
    const asked = queries();
    for (const { seriesQuery } of adapterRules()) expect(scraped).toMatch(new RegExp(`^${seriesQuery}\\{`, 'm'));
    expect(answers(asked, scraped, 3)).toContain('SUCCESS');
  });

  test.skipIf(lacksPromtool.length > 0 || !hasRedis)(
    `for workers match metrics that the active machine exposes${why(lacksPromtool)}`,
    async () => {
      const all = await Machines.open();
      try {
        const port = await freePort();
        const text = `http: 127.0.0.1:${port}\n${all.timers()}`;
        const one = all.machine('one', text);
        const scheduler = await all.active(one);
        await all.worker(all.machine('w1', text));
        await scheduler.trigger('job');
        await all.puppet.next();
        await scheduler.event('run.started');
        const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        await expect.poll(metrics).toContain('timers_queue_runs{label="any",state="active"} 1');
        expect(answers(queries('workers.yml'), await metrics(), 1)).toContain('SUCCESS');
      } finally {
        await all.close();
      }
    },
  );
});

/** What promtool reports about queries that must all return this value, from a scrape. */
function answers(asked: readonly string[], scraped: string, value: number): string {
  const series = scraped.split('\n').filter((line) => /^(task|timers)_/.test(line));
  const exactly = asked.map((expr) => ({ expr, eval_time: '1m', exp_samples: [{ labels: '{}', value }] }));
  const rules = {
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: series.map((line) => {
          const end = line.lastIndexOf(' ');
          return { series: line.slice(0, end), values: `${line.slice(end + 1)}x5` };
        }),
        promql_expr_test: exactly,
      },
    ],
  };
  const file = desk.write('queries.test.yml', JSON.stringify(rules));
  return execFileSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
}

/** The metrics of a scheduler with three active runs, whose timers do not come due again in between. */
async function scrape(): Promise<string> {
  const port = await freePort();
  const timer = '{ every: { interval: 1h, from: end }, run_at_start: true, run: sleep 600 }';
  desk.write(
    'timers.yaml',
    `state: false\nhttp: 127.0.0.1:${port}\ntimers:\n  a: ${timer}\n  b: ${timer}\n  c: ${timer}\n`,
  );
  const program = desk.start(['start']);
  for (const name of ['a', 'b', 'c']) await program.event('run.started', name);
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}
