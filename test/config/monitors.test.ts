import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../src/domain/notify.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { finished, started } from '../monitors/runs.js';
import { backup, backupWith, load, machine, table, words, type Row } from './diagnose.js';

const added = (rows: readonly Row[]) => table(rows, backupWith);

const jobOf = (text: string) => {
  const { problems, timerFile } = load(text);
  expect(problems).toEqual([]);
  return timerFile!.jobs[0]!;
};
const monitorsOf = (lines: string) => jobOf(backupWith(lines)).monitors ?? [];
const success = finished({ status: 'success' });

describe('ping', () => {
  it('is a URL with the protocol of healthchecks.io', () => {
    const [monitor, ...others] = monitorsOf('ping: https://hc-ping.com/0aa');
    expect(others).toEqual([]);
    expect(monitor?.kind).toBe('healthchecks');
    expect(monitor?.requestFor(started)?.url).toMatch(/^https:\/\/hc-ping\.com\/0aa\/start\?rid=/);
    expect(monitorsOf('ping: {healthchecks: https://hc-ping.com/0aa}')[0]?.kind).toBe('healthchecks');
  });

  it('is any URL, requested after a success by default', () => {
    const [monitor] = monitorsOf('ping: {url: "https://up.example/{task_name}"}');
    expect(monitor?.kind).toBe('url');
    expect(monitor?.requestFor(started)).toBeUndefined();
    expect(monitor?.requestFor(success)).toEqual({ method: 'GET', url: 'https://up.example/backup', headers: {} });
    const [post] = monitorsOf('ping: {url: https://up.example, on: [start], headers: {A: b}, body: {run: "{run_id}"}}');
    expect(post?.requestFor(success)).toBeUndefined();
    expect(post?.requestFor(started)).toEqual({
      method: 'POST',
      url: 'https://up.example',
      headers: { 'Content-Type': 'application/json', A: 'b' },
      body: '{"run":"r1"}',
    });
  });

  it('is a list of URLs, or false', () => {
    const kinds = (lines: string) => monitorsOf(lines).map(({ kind }) => kind);
    expect(kinds('ping: [https://hc-ping.com/a, {url: https://a.example}]')).toEqual(['healthchecks', 'url']);
    const text = `defaults: {ping: https://hc-ping.com/a}\n${backupWith('ping: false')}`;
    expect(jobOf(text).monitors).toEqual([]);
    expect(jobOf(`defaults: {ping: https://hc-ping.com/a}\n${backupWith('')}`).monitors).toHaveLength(1);
  });

  added([
    ['ping: hc-ping.com/0aa', '5:11 bad-address', 'Write https:// before it.'],
    ['ping: 0aa', '5:11 bad-address', 'https://hc-ping.com/'],
    ['ping: ftp://hc-ping.com/0aa', '5:11 bad-address', 'https:// or http://'],
    ['ping: https://hc-ping.com/{task}', '5:11 unknown-placeholder', 'Did you mean {task_name}?'],
    ['ping: https://{task_name}.example', '5:11 bad-address', 'host'],
    ['ping: true', '5:11 wrong-type', 'an address, a map, a list'],
    ['ping: {}', '5:11 missing-monitor', 'has no receiver'],
    ['ping: {slug: a}', '5:11 missing-monitor', 'has no receiver'],
    ['ping: {healthcheks: https://hc-ping.com/0aa}', '5:12 unknown-key', 'Did you mean healthchecks?'],
    ['ping: {uri: https://hc-ping.com/0aa}', '5:12 unknown-key', 'Did you mean url?'],
    ['ping: {url: nope}', '5:17 bad-address', 'https://'],
    ['ping: {url: https://a.example, sentry: "https://a@b/1"}', '5:17 several-monitors', 'Write a list'],
    ['ping: {url: https://a.example, slug: b}', '5:42 stray-key', 'slug has no effect with url'],
    ['ping: {url: https://a.example, method: DELETE}', '5:44 bad-value', 'GET, HEAD, POST or PUT'],
    ['ping: {url: https://a.example, method: GET, body: x}', '5:55 stray-key', 'method: POST'],
    ['ping: {url: https://a.example, body: "{exitcode}"}', '5:42 unknown-placeholder', '{exit_code}'],
    ['ping: {url: https://a.example, on: [failed]}', '5:41 bad-value', 'failure'],
    ['ping: {url: https://a.example, on: success}', '5:40 wrong-type', '[success]'],
    ['ping: {sentry: "https://sentry.io/1"}', '5:20 bad-dsn', 'https://KEY@HOST/PROJECT'],
    ['ping: {sentry: "https://a@b/1", slug: A.b}\nignore: [sentry-schedule]', '5:43 bad-slug', 'slug: a-b'],
    ['ping: [https://a.example/x, {url: https://b.example, slug: c}]', '5:33 stray-key', 'slug'],
  ]);
  table([['ping: https://a.example\ntimers: {a: {every: 1m, run: x}}', '1:1 unknown-key', 'ping belongs in a timer']]);

  table([
    [
      'timers:\n  a: {every: 1m, run: x, ping: https://hc.example/1}\n  b: {every: 1m, run: x, ping: https://hc.example/1}',
      '~3:32 shared-monitor',
      'b and a report to the same monitor',
    ],
    [
      'timers:\n  a: {every: 1m, run: x, ping: https://hc.example/1}\n  b: {every: 1m, run: x, ping: https://HC.example:443/1/}',
      '~3:32 shared-monitor',
      'b and a report to the same monitor',
    ],
    [
      'timers:\n  A.b: {every: 1m, run: x, ping: {sentry: "https://k@s.example/1"}}\n  a-b: {every: 1m, run: x, ping: {sentry: "https://k@s.example/1"}}',
      '~3:34 shared-monitor',
      'a-b and A.b',
    ],
    [
      'timers:\n  back-up: {every: 1m, run: x, ping: {sentry: "https://k@s.example/1"}}\n  b: {every: 1m, run: x, ping: {sentry: "https://k@S.example:443/1/", slug: back-up}}',
      '~3:32 shared-monitor',
      'b and back-up',
    ],
    [
      'timers:\n  a: {every: 1m, run: x, ping: {sentry: "https://k@s.example/x/1"}}\n  b: {every: 1m, run: x, ping: {sentry: "http://other@s.example./x/1", slug: a}}',
      '~3:32 shared-monitor',
      'b and a',
    ],
    [
      'heartbeat: https://hc.example/1\ntimers:\n  a: {every: 1m, run: x, ping: http://hc.example/1/}',
      '~3:32 shared-monitor',
      'a and the heartbeat report to the same monitor',
    ],
    [
      'heartbeat: {url: https://hc.example/1}\ntimers:\n  a: {every: 1m, run: x, notify: https://hc.example/1}',
      '~3:34 shared-monitor',
      'notify of a and the heartbeat use the same address',
    ],
    [
      'timers:\n  a: {every: 1m, run: x, ping: {url: https://hc.example/1}}\n  b: {every: 1m, run: x, notify: {webhook: https://hc.example/1}}',
      '~3:34 shared-monitor',
      'notify of b and ping of a use the same address',
    ],
    [
      'timers:\n  a: {every: 1m, run: x, ping: [https://hc.example/2, https://hc.example/1], notify: https://hc.example/1}',
      '~2:86 shared-monitor',
      'notify of a and ping of a use the same address',
    ],
  ]);

  it.each([
    'ping: {url: "https://a.example/{task_name}"}',
    'ping: "https://a.example/{task_name}"',
    'ping: {url: "https://a.example/", body: "{task_name}"}',
    'notify: https://a.example/',
  ])('can share a URL if requests contain the timer name: %s', (setting) => {
    const text = `defaults: {${setting}}\ntimers: {a: {every: 1m, run: x}, b: {every: 1m, run: x}}`;
    expect(load(text).problems).toEqual([]);
  });

  it('never repeats the URL in an error', () => {
    const on = { ...machine, env: { HC: 'hc-ping.com/s3cret', DSN: 'https://sentry.io/s3cret' } };
    for (const lines of ['ping: ${HC}', 'ping: {sentry: "${DSN}"}', 'notify: ${HC}']) {
      const { problems } = load(backupWith(lines), undefined, on);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.map(words).join()).not.toContain('s3cret');
    }
  });
});

describe('the schedule sent to Sentry', () => {
  const DSN = 'ping: {sentry: "https://a@sentry.example/1"}';
  const configOf = (lines: string) => {
    const [monitor] = jobOf(backup(`${lines}\nrun: x\n${DSN}`)).monitors ?? [];
    const checkIn = JSON.parse(monitor?.requestFor(started)?.body?.split('\n')[2] ?? '{}') as Record<string, unknown>;
    return checkIn['monitor_config'];
  };
  it.each([
    ['cron: "30 3 * * MON-FRI"', { schedule: { type: 'crontab', value: '30 3 * * MON-FRI' } }],
    ['cron: "  */5  1,2 * jan *"', { schedule: { type: 'crontab', value: '*/5 1,2 * jan *' } }],
    ['cron: "@daily"', { schedule: { type: 'crontab', value: '@daily' } }],
    ['cron: "30 3 * * *"\ntimezone: America/New_York', { timezone: 'America/New_York' }],
    ['every: 90m', { schedule: { type: 'interval', value: 90, unit: 'minute' }, checkin_margin: 1 }],
    ['every: 48h\nignore: [every-utc-day]', { schedule: { type: 'interval', value: 2, unit: 'day' } }],
    ['every: 2w\nignore: [every-utc-day]', { schedule: { type: 'interval', value: 2, unit: 'week' } }],
    ['every: 2h\ntimeout: 90s', { max_runtime: 2 }],
    ['every: 2h\ntimeout: 10m\nkill_after: 30s\nretry: {attempts: 3, delay: 1m}', { max_runtime: 34 }],
    ['every: 2h\ndeadline: 5m', { checkin_margin: 5 }],
  ])('%s', (lines, config) => {
    const told = configOf(lines);
    expect(told).toMatchObject({ timezone: 'Europe/Berlin', ...config });
    expect('max_runtime' in (told as object)).toBe(lines.includes('timeout'));
  });

  const warned = (lines: string, why: string): Row => [
    `${lines}\nrun: x\nignore: [cron-every-second]\n${DSN}`,
    `~${lines.split('\n').length + 5}:11 sentry-schedule`,
    why,
  ];
  table(
    [
      warned('cron: "0 30 3 * * *"', 'it has seconds'),
      warned('cron: "30 3 L * *"', 'it has L'),
      warned('cron: "H 3 * * *"', 'it has H'),
      warned('cron: ["30 3 * * *", "30 4 * * *"]', 'several expressions'),
      warned('every: 10s', 'not a whole number of minutes'),
      warned('every: {interval: 5m, from: end}', 'from the end of the last run'),
      warned('in: 5m', 'given times'),
      warned('at: "2027-01-01 00:00"', 'given times'),
      warned('every: 5m\nmax_runs: 3', 'it has an end'),
    ],
    backup,
  );

  it('is not required if sentry-schedule is ignored', () => {
    expect(monitorsOf(`${DSN}\nignore: [sentry-schedule]`)).toHaveLength(1);
  });
});

describe('notify', () => {
  it('is a webhook URL, a map or false; a map overrides a default of either form', () => {
    expect(jobOf(backupWith('notify: https://hooks.example/x')).notify).toEqual({
      on: new Set(CHANGES.filter((change) => change !== 'missed')),
      stillFailingAfter: 5,
      webhook: 'https://hooks.example/x',
    });
    const behind = 'defaults: {notify: https://hooks.example/x}\n';
    expect(jobOf(behind + backupWith('notify: {on: [missed], still_failing_after: 2}')).notify).toEqual({
      on: new Set(['missed']),
      stillFailingAfter: 2,
      webhook: 'https://hooks.example/x',
    });
    expect(jobOf(behind + backupWith('notify: false')).notify).toBeUndefined();
  });

  it('can run a command in the folder of the timer, and the shell expands its variables', () => {
    expect(
      jobOf(backupWith('cwd: /\nenv: {A: b, run: "${STAGE}"}\nnotify: {run: "page ${TIMERS_TEXT}"}')).notify?.command,
    ).toEqual({
      run: 'page ${TIMERS_TEXT}',
      shell: '/bin/sh',
      cwd: '/',
      env: { A: 'b', run: 'prod' },
      successCodes: [0],
      killAfter: 5 * SECOND,
      output: { to: 'discard' },
    });
  });

  added([
    ['notify: hooks.example/x', '5:13 bad-address', 'Write https://'],
    ['notify: {on: [failed]}', '5:13 missing-receiver', 'has no receiver'],
    ['notify: {webhook: https://a.example, on: [faild]}', '5:47 bad-value', 'failed'],
    ['notify: {slack: https://a.example}', '5:14 unknown-key', 'Did you mean webhook?'],
    ['notify: {command: ./page.sh}', '5:14 unknown-key', 'Did you mean run?'],
    ['notify: {webhook: https://a.example, still_failing_after: 0}', '5:63 bad-value', 'at least 1'],
    ['notify: {run: "  "}', '5:13 empty-value', 'has no program'],
    ['webhook: https://a.example', '5:5 unknown-key', 'webhook belongs under notify'],
  ]);
});

describe('heartbeat', () => {
  const withHeartbeat = (text: string) => `${text}\ntimers: {a: {every: 1m, run: x}}`;
  const of = (text: string) => {
    const { problems, timerFile } = load(withHeartbeat(text));
    expect(problems).toEqual([]);
    return timerFile?.settings.heartbeat;
  };

  it('is a URL requested every minute, or a map', () => {
    const request = { method: 'POST', url: 'https://hc-ping.com/0aa' };
    expect(of('heartbeat: https://hc-ping.com/0aa')).toEqual({ every: MINUTE, request });
    expect(of('heartbeat: {every: 5m, url: https://hc-ping.com/0aa, method: GET}')).toEqual({
      every: 5 * MINUTE,
      request: { ...request, method: 'GET' },
    });
    expect(of('heartbeat: {run: "beat ${X}"}')).toMatchObject({
      every: MINUTE,
      command: { run: 'beat ${X}', cwd: '/etc' },
    });
  });

  table(
    [
      ['heartbeat: hc-ping.com', '1:12 bad-address', 'Write https://'],
      ['heartbeat: {every: 1m}', '1:12 missing-receiver', 'neither'],
      ['heartbeat: {url: https://a.example, run: x}', '1:12 missing-receiver', 'both'],
      ['heartbeat: {every: 100ms, url: https://a.example}', '1:20 bad-duration', 'from 1s'],
      ['heartbeat: {every: 2d, url: https://a.example}', '1:20 bad-duration', 'to 1d'],
      ['heartbeat: {interval: 1m, url: https://a.example}', '1:13 unknown-key', 'Did you mean every?'],
      ['heartbeat: true', '1:12 wrong-type', 'an address, or a map'],
    ],
    withHeartbeat,
  );
});

it.each(['url', 'command', 'webhook_url'])('notify: {%s} gets a hint with a key of notify', (key) => {
  const { problems } = load(`timers:\n  a: {every: 1m, run: x, notify: {${key}: "https://x.example"}}`);
  expect(problems[0]?.hint).toBe(key === 'command' ? 'Did you mean run?' : 'Did you mean webhook?');
});
