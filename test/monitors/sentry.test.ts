import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.js';
import { isSlug, readDsn, sentry, slugOf } from '../../src/monitors/index.js';
import { runUuid } from '../../src/monitors/run-uuid.js';
import { finished, started } from './runs.js';

const project = readDsn('https://abc@o1.ingest.sentry.io/42')!;
const config = {
  schedule: { type: 'crontab', value: '0 3 * * *' },
  checkin_margin: 1,
  max_runtime: 30,
  timezone: 'Europe/Berlin',
} as const;
const monitor = sentry({ project, slug: 'backup', config });
const linesOf = (body = '') =>
  body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('a check-in', () => {
  it('is an envelope of three lines with the project key in its header', () => {
    const { method, url, headers, body } = monitor.requestFor(started)!;
    expect([method, url]).toEqual(['POST', 'https://o1.ingest.sentry.io/api/42/envelope/']);
    expect(headers).toEqual({
      'Content-Type': 'application/x-sentry-envelope',
      'X-Sentry-Auth': 'Sentry sentry_version=7, sentry_client=timers/1, sentry_key=abc',
    });
    expect(linesOf(body)).toEqual([
      { dsn: 'https://abc@o1.ingest.sentry.io/42' },
      { type: 'check_in' },
      {
        check_in_id: runUuid('r1').replaceAll('-', ''),
        monitor_slug: 'backup',
        status: 'in_progress',
        monitor_config: config,
      },
    ]);
  });

  it.each<[Outcome['status'], string]>([
    ['success', 'ok'],
    ['failure', 'error'],
    ['timeout', 'error'],
    ['canceled', 'error'],
  ])('of a run that ended as %s is %s, with its duration in seconds and the id of its start', (status, told) => {
    expect(linesOf(monitor.requestFor(finished({ status }))?.body)[2]).toMatchObject({
      check_in_id: runUuid('r1').replaceAll('-', ''),
      status: told,
      duration: 1.234,
    });
  });
});

it('a check-in of a lost run has no duration', () => {
  expect(linesOf(monitor.requestFor(finished({ status: 'lost' }))?.body)[2]).toEqual({
    check_in_id: runUuid('r1').replaceAll('-', ''),
    monitor_slug: 'backup',
    status: 'error',
    monitor_config: config,
  });
});

describe('a DSN', () => {
  it.each([
    ['https://abc@sentry.example/base/7', 'https://sentry.example/base/api/7/envelope/'],
    ['http://abc:old@localhost:9000/7', 'http://localhost:9000/api/7/envelope/'],
  ])('%s', (dsn, envelopeUrl) => expect(readDsn(dsn)).toEqual({ dsn, publicKey: 'abc', envelopeUrl }));

  it.each(['', 'abc', 'https://sentry.io/7', 'https://abc@sentry.io/', 'https://abc@sentry.io/seven', 'ftp://a@b/7'])(
    'cannot be %j',
    (dsn) => expect(readDsn(dsn)).toBeUndefined(),
  );
});

it('the slug is the name in the form that Sentry accepts', () => {
  expect(['backup', 'Nightly.Backup', 'a'.repeat(60)].map(slugOf)).toEqual([
    'backup',
    'nightly-backup',
    'a'.repeat(50),
  ]);
  expect(['a_b-1', '', 'A', 'a.b', 'a'.repeat(51)].map(isSlug)).toEqual([true, false, false, false, false]);
});
