import { describe, expect, test } from 'vitest';
import { kubernetes } from '../../src/importers/kubernetes/kubernetes.js';
import { manifestsOf, schemaFault } from '../support/kubernetes.js';
import { firingsOf, readSample, readText, samplesOf, timerOf, toldOf } from './samples.js';

const read = (path: string) => readSample(kubernetes, 'kubernetes', path);

describe('the CronJob samples', () => {
  const samples = samplesOf('kubernetes');

  test.each(samples.map(({ path }) => path))('%s is recognized, and Kubernetes accepts its CronJobs', async (path) => {
    const { text = '' } = samples.find((sample) => sample.path === path) ?? {};
    expect(kubernetes.recognize({ path, text })).toBe(1);
    const objects = manifestsOf(text).flatMap((manifest) =>
      manifest.kind === 'List' ? (manifest['items'] as (typeof manifest)[]) : manifest,
    );
    const cronJobs = objects.filter(({ kind, apiVersion }) => kind === 'CronJob' && apiVersion === 'batch/v1');
    for (const cronJob of cronJobs) expect(await schemaFault(cronJob)).toBeUndefined();
  });

  const timers = samples.flatMap(({ path }) => read(path).timers.map((timer) => [timer.name, timer] as const));

  test('include at least ten CronJobs', () => {
    expect(timers.length).toBeGreaterThan(10);
  });

  const compared = timers.filter(([name]) => name !== 'poll-feeds' && name !== 'midnight-in-santiago');
  test.each(compared)('%s fires when Kubernetes would', (_name, timer) => {
    const { here, there } = firingsOf(timer, 'UTC');
    expect(here).toEqual(there);
  });

  test('reveal a bug of robfig/cron at a midnight that does not exist', () => {
    const timer = timerOf(read('reports.yaml'), 'midnight-in-santiago');
    const { here, there } = firingsOf(timer, 'UTC');
    expect(here).not.toEqual(there);
    expect(timer.whenDifferent).toBe(
      'Kubernetes fires at other times where a clock changes at midnight or by half an hour.',
    );
  });
});

test('a CronJob becomes a timer with its schedule, limits, command and environment', () => {
  expect(timerOf(read('postgres-backup.yaml'), 'postgres-backup').keys).toEqual({
    description: 'Dumps the shop database to S3',
    tags: ['namespace=production', 'app.kubernetes.io/name=postgres-backup', 'team=data'],
    cron: '30 2 * * *',
    dst: { gap: 'skip', repeat: 'both' },
    timezone: 'Europe/Paris',
    catch_up: '1h',
    deadline: '1h',
    overlap: 'queue',
    timeout: '1h30m',
    kill_after: '30s',
    retry: { attempts: 3, delay: '10s', max_delay: '6m', not_on: ['timeout'] },
    run: [
      'set -euo pipefail',
      'pg_dump -h db.internal -U backup "$PGDATABASE" | gzip > /backup/$(date +%F).sql.gz',
      'echo "took $SECONDS s, key ${S3_KEY}"',
      '',
    ].join('\n'),
    shell: '/bin/bash',
    cwd: '/backup',
    env: { PGHOST: 'db.internal', PGDATABASE: 'shop', DSN: 'postgres://backup@db.internal/shop' },
  });
});

test('each difference is reported with its line', () => {
  expect(toldOf(timerOf(read('postgres-backup.yaml'), 'postgres-backup'))).toEqual([
    expect.stringContaining('23 note: Kubernetes skips a firing while a run is active'),
    expect.stringContaining('25 note: The history limits of jobs are left out'),
    expect.stringContaining('30 warning: activeDeadlineSeconds limits all attempts'),
    expect.stringContaining('31 note: ttlSecondsAfterFinished is left out'),
    '34 note: Labels and annotations of jobs and pods are left out.',
    '38 warning: The command gets no service account token.',
    "39 warning: The command runs as the user of timers, with that user's permissions.",
    '43 warning: The command runs on this machine, not in the image postgres:16-alpine.',
    '54 warning: The variables of the Secret backup-secrets are not in the file.',
    '58 warning: S3_KEY comes from the key access-key of the Secret s3, which is not in the file.',
    '64 warning: CPU and memory requests and limits are left out.',
    '67 warning: Volumes are not mounted: the command sees the files of this machine.',
  ]);
});

describe('containers', () => {
  test('become a timer each, and init containers are reported', () => {
    const imported = read('two-containers.yaml');
    expect(imported.timers.map(({ name }) => name)).toEqual(['sync-main', 'sync-proxy']);
    const main = timerOf(imported, 'sync-main');
    expect(main.keys).toMatchObject({
      timeout: '10m',
      kill_after: '5s',
      retry: { attempts: 7, not_on: [3, 42] },
      run: './sync.sh ${TOKEN}',
    });
    expect(toldOf(main)).toContain(
      '22 warning: The init container migrate is left out. The pod runs this command before the others: ./migrate.sh.',
    );
    expect(toldOf(main)).toContain(
      '19 warning: spec.jobTemplate.spec.template.spec.hostPID has no equivalent here, and is left out.',
    );
  });

  test('without a command become a timer that fails until a command is added', () => {
    const { keys } = timerOf(read('two-containers.yaml'), 'sync-proxy');
    expect(keys['run']).toBe('echo "Write the command of the image envoy:1 here." >&2; exit 1');
  });

  test('treat init containers that always restart as sidecars, not as earlier steps', () => {
    const side =
      'initContainers: [{ name: side, image: p, restartPolicy: Always, command: [proxy, --serve] }], containers';
    const { timers } = readText(kubernetes, cronJob('schedule: "@daily"').replace('containers', side));
    const told = timers[0]?.differences.find(({ message }) => message.includes('side'));
    expect(told?.message).toBe(
      'The sidecar side is left out. The pod runs this command alongside the others: proxy --serve.',
    );
    expect(told?.hint).not.toContain('&&');
  });

  test('leave variables from a Secret to the shell', () => {
    const { keys } = timerOf(read('call-the-shop.yaml'), 'process-automations');
    expect(keys['run']).toBe('curl -X GET https://shop.example/automations -H "X-Cron-Secret: ${CRON_SECRET}"');
  });

  test('leave $(NAME) to the shell if a Secret’s variables are not in the file', () => {
    const command = (words: string) =>
      readText(
        kubernetes,
        cronJob('schedule: "@daily"').replace(
          'command: [c]',
          `envFrom: [{ secretRef: { name: s } }], command: [${words}]`,
        ),
      ).timers[0]?.keys['run'];
    expect(command('load, "--token=$(TOKEN)"')).toBe('load "--token=${TOKEN}"');
    expect(command('sh, -c, "dump $(DB_NAME) $(date)"')).toBe('dump ${DB_NAME} $(date)');
  });

  test('leave a value with a reference to a Secret to the environment, which is reported', () => {
    const env =
      'env: [{ name: PASS, valueFrom: { secretKeyRef: { name: s, key: p } } }, ' +
      '{ name: URL, value: "db://$(PASS)@db" }, { name: PLAIN, value: "$(NONE)" }], command: [load, "$(URL)"]';
    const { timers } = readText(kubernetes, cronJob('schedule: "@daily"').replace('command: [c]', env));
    expect(timers[0]?.keys).toMatchObject({ env: { PLAIN: '$(NONE)' }, run: 'load "${URL}"' });
    expect(toldOf(timers[0] ?? { differences: [] })).toContain(
      '4 warning: URL contains $(PASS), whose value is not in the file.',
    );
  });

  test('unescape $$ to a dollar sign and keep $(command) without a variable', () => {
    const { keys } = timerOf(read('reports.yaml'), 'every-other-day-or-monday');
    expect(keys['run']).toEqual(['python', '-m', 'shop.reports', '--out', '/srv/reports/daily.csv', '--cost', '$5']);
  });
});

const cronJob = (spec: string, name = 'job') =>
  `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: ${name} }\nspec: { ${spec}, jobTemplate: { spec: { backoffLimit: 0, ` +
  `template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b, command: [c] }] } } } } }\n`;

test.each([
  ['restartPolicy: Never, ', 0],
  ['restartPolicy: OnFailure, ', 0],
  ['restartPolicy: Always, ', 1],
  ['', 1],
])('a pod with "%s" has %d warnings that Kubernetes rejects it', (policy, count) => {
  const text = cronJob('schedule: "0 4 * * *", timeZone: Etc/UTC').replace('restartPolicy: Never, ', policy);
  const { differences } = timerOf(readText(kubernetes, text), 'job');
  const warnings = differences.filter(({ message }) => message.includes('needs restartPolicy'));
  expect(warnings.map(({ severity }) => severity)).toEqual(Array.from({ length: count }, () => 'warning'));
});

describe('a CronJob that Kubernetes rejects is omitted', () => {
  test.each([
    ['schedule: "0 4 * * 7"', '"7" is not a valid day of week, which ranges from 0 to 6.'],
    ['schedule: "0 0 4 * * *"', 'It has 6 fields, not 5.'],
    ['schedule: "0 4 * * *", timeZone: Berlin', '"Berlin" is not an IANA time zone.'],
    ['schedule: "0 4 * * *", timeZone: europe/berlin', 'has the wrong case. The IANA time zone is Europe/Berlin.'],
    ['schedule: "0 4 * * *", timeZone: Local', '"Local" is not a value for timeZone'],
    ['schedule: "0 4 * * *", timeZone: ""', '"" is not a value for timeZone'],
    ['schedule: "TZ=Asia/Tokyo 0 9 * * *", timeZone: Europe/Berlin', 'It names a zone, and so does timeZone.'],
    ['schedule: "CRON_TZ=UTC 0 9 * * *", timeZone: UTC', 'It names a zone, and so does timeZone.'],
    ['suspend: true', 'it has no schedule.'],
  ])('%s', (spec, reason) => {
    const { timers, differences } = readText(kubernetes, cronJob(spec));
    expect(timers).toEqual([]);
    expect(differences).toMatchObject([{ severity: 'error', line: 4, message: expect.stringContaining(reason) }]);
  });
});

test('a zone within the schedule is used, with a warning that new CronJobs cannot have one', () => {
  const { timers } = readText(kubernetes, cronJob('schedule: "TZ=Asia/Tokyo 0 9 * * *"'));
  expect(timers[0]?.keys['timezone']).toBe('Asia/Tokyo');
  expect(timers[0]?.differences[0]).toMatchObject({
    severity: 'warning',
    line: 4,
    message:
      'Kubernetes 1.29 and later reject TZ=Asia/Tokyo in the schedule of a new CronJob. The timer uses Asia/Tokyo.',
    hint: 'In the CronJob, write timeZone: Asia/Tokyo instead.',
  });
});

test('items of a CronJobList can lack a kind', () => {
  const item = JSON.stringify({
    metadata: { name: 'nightly' },
    spec: {
      schedule: '@daily',
      jobTemplate: { spec: { template: { spec: { containers: [{ command: ['true'] }] } } } },
    },
  });
  const text = `{ "apiVersion": "batch/v1", "kind": "CronJobList", "items": [${item}] }`;
  expect(kubernetes.recognize({ path: 'list.json', text: JSON.stringify(JSON.parse(text), null, 2) })).toBe(1);
  expect(readText(kubernetes, text).timers.map(({ name }) => name)).toEqual(['nightly']);
});

test('documents with errors are reported, and the others are imported', () => {
  const text = `kind: CronJob\nmetadata: {{ .Values.x }}\n---\n${cronJob('schedule: "@hourly"')}`;
  const { timers, differences } = readText(kubernetes, text);
  expect(timers.map(({ keys }) => keys['cron'])).toEqual(['0 * * * *']);
  expect(differences[0]).toMatchObject({ severity: 'error', line: 2, hint: expect.stringContaining('helm template') });
});

test('a missing zone is reported once, at the first CronJob', () => {
  const text = [cronJob('schedule: "1 * * * *"', 'a'), cronJob('schedule: "2 * * * *"', 'b')].join('---\n');
  const { settings, differences } = readText(kubernetes, text);
  expect(settings).toEqual({ timezone: 'UTC' });
  expect(toldOf({ differences })).toContain(
    '4 warning: 2 CronJobs name no timeZone, so the zone of the controller manager applies. It is UTC in most clusters.',
  );
});
