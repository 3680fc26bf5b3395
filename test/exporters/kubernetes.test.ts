import { describe, expect, test } from 'vitest';
import { parseTimerFile } from '../../src/config/index.js';
import { kubernetesExporter } from '../../src/exporters/kubernetes/kubernetes.js';
import { kubernetes } from '../../src/importers/kubernetes/kubernetes.js';
import { imported, machineIn, START } from '../importers/imported.js';
import { samplesOf } from '../importers/samples.js';
import { manifestsOf, schemaFault, typeFaults, type Manifest } from '../support/kubernetes.js';

/** The CronJobs of a timer file in Berlin. */
function exported(timers: string, image: string | undefined = 'shop:1') {
  const text = `timezone: Europe/Berlin\ntimers:\n${timers}`;
  const { timerFile, problems } = parseTimerFile({ path: '/timers.yaml', folder: '/', text }, machineIn('UTC'));
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const context = { now: START, timezone: 'UTC', ...(image !== '' && { image }) };
  const { files, differences } = kubernetesExporter.write(timerFile?.jobs ?? [], context);
  return { manifests: files.flatMap((file) => manifestsOf(file.text)), differences };
}

interface CronJob extends Manifest {
  readonly spec: { readonly schedule: string; readonly timeZone: string };
}

const only = (timer: string) => {
  const { manifests, differences } = exported(`  x: { ${timer}, run: x }\n`);
  return { manifest: manifests[0] as CronJob | undefined, differences };
};

const FILE = `
  plain: { cron: "*/5 * * * *", run: "echo $(date) $$ $(X)", env: { X: "yes", Y: a$$b } }
  b_B: { cron: ["0 9 * * MON-FRI", "0 10 * * SAT,SUN"], run: [./x, "on"], retry: 3, tags: [n, a=b], timeout: 1500ms, cwd: ./q }
  whole:
    every: { interval: 1w, at: "Tue 10:30" }
    run: x
    enabled: false
    shell: /bin/bash
    description: "yes: no"
    kill_after: 3s
    overlap: replace
    retry: { attempts: 2, not_on: [3, timeout], on: [3, 4] }
    timeout: 1m
`;

test('Kubernetes accepts the exported CronJobs', async () => {
  const { manifests } = exported(FILE);
  expect(manifests.map(({ metadata }) => (metadata as { name: string }).name)).toEqual([
    'plain',
    'b-b',
    'b-b-2',
    'whole',
  ]);
  for (const manifest of manifests) expect(await schemaFault(manifest)).toBeUndefined();
  expect(typeFaults(manifests)).toEqual([]);
});

test('each CronJob has a unique name, and a note contains it', () => {
  const long = 'x'.repeat(60);
  const timers = ['a_b', 'a-b', 'A.B', 'a-b-2', long, `${long}y`];
  const { manifests, differences } = exported(timers.map((name) => `  ${name}: { every: 1h, run: x }\n`).join(''));
  const names = manifests.map(({ metadata }) => (metadata as { name: string }).name);
  expect(names).toEqual(['a-b-3', 'a-b', 'a-b-4', 'a-b-2', 'x'.repeat(52), `${'x'.repeat(50)}-2`]);
  const notes = differences.filter(({ message }) => message.startsWith('The CronJob is named '));
  expect(notes.map(({ timer, message }) => [timer, /named (\S+),/.exec(message)?.[1]])).toEqual([
    ['a_b', 'a-b-3'],
    ['A.B', 'a-b-4'],
    [long, 'x'.repeat(52)],
    [`${long}y`, `${'x'.repeat(50)}-2`],
  ]);
});

test('an import restores names that Kubernetes rejects, tags and all expressions of a timer', () => {
  const { manifests } = exported(FILE);
  const annotations = manifests.map(({ metadata }) => (metadata as { annotations?: object }).annotations);
  expect(annotations).toEqual([
    undefined,
    { 'timers-cli/name': 'b_B', 'timers-cli/tags': '["n"]' },
    { 'timers-cli/name': 'b_B', 'timers-cli/tags': '["n"]' },
    { 'kubernetes.io/description': 'yes: no' },
  ]);
  const { names, jobs } = imported(kubernetes, JSON.stringify({ kind: 'List', items: manifests }), { path: 'k.json' });
  expect(names).toEqual(['plain', 'b_B', 'whole']);
  expect(jobs[1]).toMatchObject({ written: { text: '0 9 * * MON-FRI | 0 10 * * SAT,SUN' }, tags: ['a=b', 'n'] });
});

test.each(['a b', 'x\n# y: {', '', '-x', 'y'.repeat(129)])('the name %j in an annotation is ignored', (name) => {
  const { manifests } = exported('  b_B: { cron: "@daily", run: x, tags: [n] }\n');
  const metadata = { name: 'b-b', annotations: { 'timers-cli/name': name, 'timers-cli/tags': '[1, {' } };
  const { names, jobs } = imported(kubernetes, JSON.stringify({ ...manifests[0], metadata }), { path: 'k.json' });
  expect(names).toEqual(['b-b']);
  expect(jobs[0]!.tags).toEqual([]);
});

test('a difference of seconds and a possibly late start are reported', () => {
  const { differences } = only('cron: "@daily", timeout: 1500ms, overlap: allow');
  expect(differences.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    'note: A firing may start up to 30 s late (startingDeadlineSeconds), because Kubernetes checks only every 10 s.',
    'note: Kubernetes counts whole seconds: timeout is rounded up.',
  ]);
});

test('Kubernetes does not expand references meant for the shell', () => {
  const { manifests } = exported(FILE);
  const text = JSON.stringify(manifests[0]);
  expect(text).toContain('"echo $(date) $$$ $$(X)"');
  expect(text).toContain('"value":"a$$$b"');
});

describe('schedules', () => {
  test.each([
    ['cron: "0 0 * * 7"', '0 0 * * 0', 'Europe/Berlin'],
    ['cron: "0 0 * * FRI-MON"', '0 0 * * 0,1,5,6', 'Europe/Berlin'],
    ['cron: "0 0 8 * * monday"', '0 8 * * 1', 'Europe/Berlin'],
    ['cron: "@noon"', '0 12 * * *', 'Europe/Berlin'],
    ['cron: "0 0 1 * MON"', '0 0 1 * MON', 'Europe/Berlin'],
    ['every: 15m', '*/15 * * * *', 'UTC'],
    ['every: { interval: 6h, offset: 30m }', '30 */6 * * *', 'UTC'],
    ['every: { interval: 8h, offset: 3h }', '0 3-23/8 * * *', 'UTC'],
    ['every: 1d', '0 0 * * *', 'UTC'],
    ['every: 1w', '0 0 * * 4', 'UTC'],
    ['every: 90m', '@every 5400s', 'UTC'],
    ['every: { interval: 1d, at: "10:30" }', '30 10 * * *', 'Europe/Berlin'],
  ])('%s becomes %s', (timer, schedule, timeZone) => {
    expect(only(timer).manifest?.spec).toMatchObject({ schedule, timeZone });
  });

  test.each([
    'cron: "5 * * * * *"',
    'cron: "0 9 13 * +FRI"',
    'cron: "0 9 */2 * FRI"',
    'cron: "0 9 L * *"',
    'every: 30s',
    'in: 5s',
    'every: { interval: 1h, from: end }',
  ])('%s is an error', (timer) => {
    const { manifest, differences } = only(timer);
    expect(manifest).toBeUndefined();
    expect(differences).toMatchObject([{ timer: 'x', severity: 'error' }]);
  });
});

test('nothing is written without an image', () => {
  const { manifests, differences } = exported('  x: { cron: "@daily", run: x }\n', '');
  expect(manifests).toEqual([]);
  expect(differences).toMatchObject([{ severity: 'error', message: expect.stringContaining('--image') }]);
});

test.each(samplesOf('kubernetes').map(({ path, text }) => [path, text]))(
  'the import of %s is unchanged after an export and another import',
  (path, text) => {
    const first = imported(kubernetes, text, { path });
    const { files } = kubernetesExporter.write(first.jobs, { now: START, timezone: 'UTC', image: 'shop:1' });
    const second = imported(kubernetes, files[0]?.text ?? '', { path: 'cronjobs.yaml' });
    const timersOf = (written: string): string => written.replace(/^ *#.*\n/gm, '');
    expect(timersOf(second.text)).toBe(timersOf(first.text));
  },
);
