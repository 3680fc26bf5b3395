import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.js';
import { healthchecks } from '../../src/monitors/index.js';
import { runUuid } from '../../src/monitors/run-uuid.js';
import { finished, started } from './runs.js';

const BASE = 'https://hc-ping.com/0aa';
const RID = `?rid=${runUuid('r1')}`;
const asked = (event: Parameters<ReturnType<typeof healthchecks>['requestFor']>[0], base = BASE) =>
  healthchecks(base).requestFor(event)!;

describe('the protocol of healthchecks.io', () => {
  it('reports the start at /start, without a body', () => {
    expect(asked(started)).toEqual({
      method: 'POST',
      url: `${BASE}/start${RID}`,
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
      body: '',
    });
  });

  it.each<[string, Outcome, string]>([
    ['success', { status: 'success', exitCode: 0 }, ''],
    ['success by another exit code', { status: 'success', exitCode: 3 }, ''],
    ['an exit code', { status: 'failure', exitCode: 3, error: 'exit code 3' }, '/3'],
    ['a command that is not found', { status: 'failure', exitCode: 127, error: 'not found' }, '/127'],
    ['exit code 0 as a failure', { status: 'failure', exitCode: 0, error: 'exit code 0' }, '/fail'],
    ['a signal', { status: 'failure', signal: 'SIGKILL', error: 'ended by signal SIGKILL' }, '/fail'],
    ['a timeout with any exit code', { status: 'timeout', exitCode: 1 }, '/fail'],
    ['a lost run', { status: 'lost' }, '/fail'],
    ['a canceled run', { status: 'canceled' }, '/log'],
  ])('reports %s', (_what, outcome, suffix) => {
    expect(asked(finished(outcome)).url).toBe(`${BASE}${suffix}${RID}`);
  });

  it('sends the error and the last output', () => {
    const outputTail = 'one\ntwo';
    expect(asked(finished({ status: 'success' }, { outputTail })).body).toBe('one\ntwo');
    expect(asked(finished({ status: 'success' })).body).toBe('');
    expect(asked(finished({ status: 'failure', exitCode: 3, error: 'exit code 3' }, { outputTail })).body).toBe(
      'exit code 3\n\none\ntwo',
    );
    expect(asked(finished({ status: 'lost' })).body).toBe('lost');
  });

  it('keeps the path and the query of the URL', () => {
    expect(asked(started, 'https://hc.example/ping/key/{task_name}/?create=1').url).toBe(
      `https://hc.example/ping/key/backup/start?create=1&rid=${runUuid('r1')}`,
    );
  });
});

it('a run has one UUID, and no other run has the same', () => {
  expect(runUuid('mi4x2k9c00001')).toBe('c1aeb217-eb4f-88b4-a1d1-f96fdb147f8b');
  expect(runUuid('r1')).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(Array.from({ length: 1_000 }, (_, run) => runUuid(`r${run}`))).size).toBe(1_000);
});
