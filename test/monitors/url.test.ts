import { describe, expect, it } from 'vitest';
import { url } from '../../src/monitors/index.js';
import { finished, started } from './runs.js';

const failed = finished(
  { status: 'failure', exitCode: 3, error: 'exit code 3 & "more"' },
  { outputTail: 'a/b', attempts: 2 },
);
const any = { method: 'GET', on: new Set(['start', 'success', 'failure', 'canceled'] as const) } as const;

describe('a monitor URL', () => {
  it('is requested at the configured events', () => {
    const monitor = url({ url: 'https://up.example/x', method: 'HEAD', on: new Set(['success', 'canceled']) });
    const asked = (event: Parameters<typeof monitor.requestFor>[0]) => monitor.requestFor(event) !== undefined;
    expect(asked(started)).toBe(false);
    expect((['success', 'canceled'] as const).map((status) => asked(finished({ status })))).toEqual([true, true]);
    for (const status of ['failure', 'timeout', 'lost'] as const) expect(asked(finished({ status }))).toBe(false);
    expect(monitor.requestFor(finished({ status: 'success' }))).toEqual({
      method: 'HEAD',
      url: 'https://up.example/x',
      headers: {},
    });
  });

  it('contains the encoded facts of the run', () => {
    const monitor = url({
      ...any,
      url: 'https://up.example/{task_name}/{status}?m={error}&c={exit_code}&s={signal}&d={duration_ms}&t={output_tail}&at={scheduled_at}&n={attempts}&{other}',
    });
    expect(monitor.requestFor(failed)?.url).toBe(
      'https://up.example/backup/failure?m=exit%20code%203%20%26%20%22more%22&c=3&s=&d=1234&t=a%2Fb&at=2026-11-23T08%3A00%3A00.000Z&n=2&{other}',
    );
    expect(monitor.requestFor(started)?.url).toContain('https://up.example/backup/start?m=&c=&s=&d=&t=&at=2026');
  });

  it('receives a string unchanged, or a map as JSON', () => {
    const post = { ...any, method: 'POST', url: 'https://up.example/' } as const;
    expect(url({ ...post, body: '{task_name}: {error}' }).requestFor(failed)).toMatchObject({
      headers: {},
      body: 'backup: exit code 3 & "more"',
    });
    const body = { text: '{error}', list: ['{run_id}', 1], deep: { is: true } };
    const { headers, body: sent = '' } = url({ ...post, headers: { 'X-Key': 'k' }, body }).requestFor(failed)!;
    expect(headers).toEqual({ 'Content-Type': 'application/json', 'X-Key': 'k' });
    expect(JSON.parse(sent)).toEqual({ text: 'exit code 3 & "more"', list: ['r1', 1], deep: { is: true } });
  });
});
