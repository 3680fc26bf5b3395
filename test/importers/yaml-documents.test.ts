import { describe, expect, test } from 'vitest';
import { kubernetes } from '../../src/importers/kubernetes/kubernetes.js';
import { ofelia } from '../../src/importers/ofelia/ofelia.js';
import { cronstable, yacron } from '../../src/importers/yacron/yacron.js';
import { readText, toldOf } from './samples.js';

const CRON_JOB = 'kind: CronJob\nmetadata: { name: a }\n';

describe('YAML that cannot be read', () => {
  test('reports a template as one error with a hint', () => {
    const text = 'kind: CronJob\nmetadata:\n  name: {{ include "x" . }}-{{ .Values.name }}\nspec:\n{{- if x }}\n';
    const { differences, timers } = readText(kubernetes, text);
    expect(timers).toEqual([]);
    const hint = 'If this is a template, render it first, for example with helm template, and import the result.';
    expect(differences).toMatchObject([{ severity: 'error', line: 3, hint }]);
  });

  test.each([
    [kubernetes, 'kind: CronJob\na: [b\nc: d]]\n}\n'],
    [yacron, 'jobs:\n  - name: [a\n  b: c]]\n}\n'],
    [ofelia, 'services:\n  app:\n    labels: [a\n  ofelia.job-exec.b: c]]\n}\n'],
  ])('is reported by $name with the first of several errors', (importer, text) => {
    const { differences } = readText(importer, text);
    const faults = differences.filter(({ severity }) => severity === 'error');
    expect(faults).toMatchObject([{ message: expect.stringContaining('The YAML is invalid: ') }]);
    expect(faults[0]?.hint).toMatch(/^Correct this error first, because \d+ more may result from it\.$/);
  });
});

describe('Kubernetes files', () => {
  test('report all other objects of a file in one note', () => {
    const objects = ['Namespace', 'Role', 'RoleBinding'].map((kind) => `kind: ${kind}\nmetadata: { name: shop }\n`);
    expect(toldOf(readText(kubernetes, objects.join('---\n')))).toEqual([
      '1 note: Namespace shop and 2 other objects are left out: only CronJobs are timers.',
    ]);
  });

  test('with a patch or a kustomization name the command that prints the full manifests', () => {
    const hint = 'Import the output of kubectl kustomize.';
    const { differences } = readText(kubernetes, `${CRON_JOB}spec: { suspend: true }\n---\nkind: Kustomization\n`);
    expect(differences).toMatchObject([
      { severity: 'note', message: 'Kustomization is left out: only CronJobs are timers.', hint },
      { severity: 'error', line: 3, message: 'The CronJob is left out: it has no schedule.', hint },
    ]);
  });
});

test('a cronstable file with only DAGs is recognized', () => {
  const text =
    'dags:\n  - name: etl\n    schedule: "0 2 * * *"\n    tasks:\n      - id: load\n        command: ./load\n';
  expect(cronstable.recognize({ path: 'file', text })).toBeGreaterThan(0.9);
  expect(toldOf(readText(cronstable, text))).toEqual([
    "2 error: The DAG etl is left out: timers don't wait for each other.",
  ]);
});

test('a crontab that cronstable includes must be imported as well', () => {
  const { differences } = readText(cronstable, 'include: [old.crontab]\njobs: []\n');
  expect(differences).toMatchObject([
    { severity: 'error', message: 'old.crontab is left out: it is a crontab.', hint: 'Import it too.' },
  ]);
});

test('labels contain the variables that Compose fills in', () => {
  const labels = {
    schedule: '${EVERY:-@every 5m}',
    command: "sh -c 'date > $${HOME}/$FILE'",
    user: '${OWNER-app}',
  };
  const lines = Object.entries(labels).map(([key, value]) => `      ofelia.job-exec.a.${key}: "${value}"`);
  const read = readText(ofelia, `services:\n  app:\n    labels:\n${lines.join('\n')}\n`);
  expect(read.timers).toMatchObject([
    { keys: { every: '5m', run: expect.arrayContaining(['app', 'date > ${HOME}/$FILE']) } },
  ]);
  expect(toldOf(read)).toEqual(
    expect.arrayContaining([
      '4 warning: compose takes EVERY from its environment. Here it is "@every 5m".',
      '5 warning: compose takes FILE from its environment. Here it stays as it is.',
      '6 warning: compose takes OWNER from its environment. Here it is "app".',
    ]),
  );
});
