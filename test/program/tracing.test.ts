import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Collector, type ReceivedSpan } from '../support/collector.js';
import { Desk, type Ended, type LogLine } from '../support/program.js';

let desk: Desk;
let collector: Collector;
beforeEach(async () => {
  desk = new Desk();
  collector = await Collector.open();
});
afterEach(async () => {
  await desk.clear();
  await collector.close();
});

/** Times of a log and of spans, in milliseconds. */
const millisecondsOf = ({ start, end }: ReceivedSpan) =>
  [Number(start / 1_000n) / 1e3, Number(end / 1_000n) / 1e3] as const;

const write = (tracing: string, timers: string) =>
  desk.write('timers.yaml', `state: false\ntracing: ${tracing}\ntimers:\n${timers}`);

async function start(env: Record<string, string> = {}): Promise<{ ended: Ended; lines: readonly LogLine[] }> {
  const program = desk.start(['start'], { env });
  const ended = await program.ended;
  return { ended, lines: program.lines };
}

test('a run with two attempts is a trace, and its command receives its parent span', async () => {
  write(
    collector.endpoint,
    '  twice:\n    in: 1ms\n    retry: {attempts: 2, delay: 20ms}\n    run: echo "$TRACEPARENT"; exit $((4 - TIMERS_ATTEMPT))\n',
  );
  const { ended, lines } = await start({ TRACEPARENT: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, TRACESTATE: 'a=b' });
  expect([ended.code, ended.stderr]).toEqual([0, '']);

  expect(collector.spans).toHaveLength(3);
  const [run, first, second] = ['twice', 'attempt 1', 'attempt 2'].map((name) => collector.span(name)) as [
    ReceivedSpan,
    ReceivedSpan,
    ReceivedSpan,
  ];
  const printed = lines.filter(({ event }) => event === 'run.output').map(({ line }) => line);
  expect(printed).toEqual([first, second].map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`));
  expect(run.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect([run, first, second].map(({ traceId, parentSpanId, kind }) => [traceId, parentSpanId, kind])).toEqual([
    [run.traceId, '', 1],
    [run.traceId, run.spanId, 3],
    [run.traceId, run.spanId, 3],
  ]);

  const of = (event: string) => lines.filter((line) => line.event === event);
  const [finished] = of('run.finished');
  const [failed] = of('attempt.failed');
  const pids = of('run.started').map(({ pid }) => pid);
  const { firing_id, run_id, scheduled_at } = finished!;
  expect(run.attributes).toEqual({
    'timers.task_name': 'twice',
    'timers.firing_id': firing_id,
    'timers.scheduled_at': scheduled_at,
    'timers.trigger': 'schedule',
    'timers.run_id': run_id,
    'timers.status': 'failure',
    'timers.attempts': 2,
    'timers.lateness_ms': finished!['lateness_ms'],
    'timers.failures_in_a_row': 1,
    'timers.waited_ms': expect.any(Number),
    'process.exit.code': 2,
    'error.type': 'failure',
  });
  const attempt = { 'timers.run_id': run_id, 'timers.status': 'failure', 'error.type': 'failure' };
  expect(first.attributes).toEqual({
    ...attempt,
    'timers.attempt': 1,
    'process.pid': pids[0],
    'process.exit.code': 3,
    'timers.retry_in_ms': failed!['retry_in_ms'],
  });
  expect(second.attributes).toEqual({
    ...attempt,
    'timers.attempt': 2,
    'process.pid': pids[1],
    'process.exit.code': 2,
  });
  expect([run, first, second].map(({ status }) => status)).toEqual([
    { code: 2, message: 'exit code 2' },
    { code: 2, message: 'exit code 3' },
    { code: 2, message: 'exit code 2' },
  ]);

  const [runStart, runEnd] = millisecondsOf(run);
  const [firstStart, firstEnd] = millisecondsOf(first);
  const [secondStart, secondEnd] = millisecondsOf(second);
  expect(firstEnd).toBe(Date.parse(failed!.timestamp));
  expect([runEnd, secondEnd]).toEqual(Array.from({ length: 2 }, () => Date.parse(finished!.timestamp)));
  expect(runStart).toBeGreaterThanOrEqual(Date.parse(scheduled_at));
  expect(firstStart - runStart).toBe(run.attributes['timers.waited_ms']);
  expect(secondStart - firstEnd).toBeGreaterThanOrEqual(18);
  expect(run.resource).toMatchObject({ 'service.name': 'timers', 'host.name': expect.any(String) });
});

test('spans show the wait for a slot, success is not an error, and a hook is a child of its run', async () => {
  write(
    `{endpoint: "${collector.endpoint}/v1/traces", service_name: night, headers: {x-key: "\${KEY}"}}`,
    `  first: { in: 1ms, group: one, run: sleep 0.3 }
  second: { in: 1ms, group: one, run: 'true', on_success: 'echo "$TRACEPARENT" > hook' }
`,
  );
  const { ended } = await start({ KEY: 'secret', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' });
  expect(ended.code).toBe(0);
  const runs = ['first', 'second'].map((name) => {
    const run = collector.span(name);
    const [begun, end] = millisecondsOf(run);
    return { waited: Number(run.attributes['timers.waited_ms']), begun, end };
  });
  const [earlier, later] = runs.sort((one, other) => one.waited - other.waited);
  expect(later!.waited).toBeGreaterThan(0);
  expect(later!.begun + later!.waited).toBeGreaterThanOrEqual(earlier!.end);
  const { traceId, spanId, status } = collector.span('second');
  expect(status).toEqual({ code: 0, message: '' });
  expect(readFileSync(`${desk.folder}/hook`, 'utf8')).toBe(`00-${traceId}-${spanId}-01\n`);
  expect(collector.span('first').resource).toMatchObject({
    'service.name': 'night',
    'deployment.environment.name': 'test',
  });
  expect(collector.requests[0]).toMatchObject({ url: '/v1/traces', headers: { 'x-key': 'secret' } });
});

describe('a failing collector', () => {
  const TIMER = '  a: { every: 200ms, max_runs: 1, run: "true", ignore: [needs-state] }\n';

  const LOST = /^timers: tracing: 127\.0\.0\.1:\d+ did not receive the last 2 spans\n$/;

  test('that is unreachable does not delay the exit, and the missing spans are reported', async () => {
    const { endpoint } = collector;
    await collector.close();
    write(endpoint, TIMER);
    const { ended } = await start();
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(LOST);
  });

  test('that never responds does not delay the exit, and the missing spans are reported', async () => {
    collector.mood = 'hangs';
    write(collector.endpoint, TIMER);
    const { ended } = await start();
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(LOST);
    expect(collector.requests).toHaveLength(1);
  });

  test('that never responds does not delay timers', async () => {
    collector.mood = 'hangs';
    write(collector.endpoint, '  a: { every: 200ms, run: "true" }\n');
    const program = desk.start(['start']);
    const runs = () => program.lines.filter(({ event }) => event === 'run.finished').length;
    let [requests, before] = [0, 0];
    await program.line(() => {
      // A request that is given up is followed by the next.
      if (requests < collector.requests.length) [requests, before] = [collector.requests.length, runs()];
      return requests > 0 && runs() >= before + 2;
    });
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
  });

  test('that rejects spans is reported once with its response, and once when it accepts them again', async () => {
    collector.mood = { status: 401 };
    write(collector.endpoint, '  a: { every: 200ms, run: "true" }\n');
    const program = desk.start(['start']);
    await collector.asked();
    await collector.asked();
    collector.mood = 'takes';
    await collector.asked();
    program.kill('SIGTERM');
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^timers: tracing: 127\.0\.0\.1:\d+ accepts no spans \(HTTP 401 Unauthorized\); the timers keep running$/,
      ),
      expect.stringMatching(/^timers: tracing: 127\.0\.0\.1:\d+ accepts spans again; \d+ spans? lost$/),
    ]);
  });
});

test('without tracing, its packages are not loaded, and inherited variables are passed on unchanged', async () => {
  const inherited = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
  const loaded = desk.write(
    'loaded.cjs',
    `const fs = require('fs');
const [files, read] = [[], fs.readFileSync];
fs.readFileSync = (file, ...rest) => (files.push(String(file)), read(file, ...rest));
process.on('exit', () => fs.writeFileSync('loaded', [...files, ...Object.keys(require.cache)].join('\\n')));`,
  );
  const run = async (text: string, env: Record<string, string>) => {
    desk.write('timers.yaml', `state: false\n${text}timers:\n  a: { in: 1ms, run: 'echo "[$TRACEPARENT]"' }\n`);
    const { lines } = await start({ NODE_OPTIONS: `--require ${loaded}`, ...env });
    return lines.find(({ event }) => event === 'run.output')!['line'];
  };
  const chunks = () => readFileSync(`${desk.folder}/loaded`, 'utf8');
  expect(await run('', { TRACEPARENT: '' })).toBe('[]');
  expect(chunks()).toMatch(/foreground/);
  expect(chunks()).not.toMatch(/dist\/cli\/tracing|@opentelemetry/);
  expect(await run('tracing: false\n', { TRACEPARENT: inherited })).toBe(`[${inherited}]`);
  expect(await run(`tracing: ${collector.endpoint}\n`, { TRACEPARENT: inherited })).not.toContain(inherited);
  expect(chunks()).toMatch(/dist\/cli\/tracing/);
});

test('a run that continues after a crash continues its trace', async () => {
  desk.write(
    'timers.yaml',
    `state: ./timers.db
tracing: ${collector.endpoint}
timers:
  again: { every: 1d, run_at_start: true, retry: {attempts: 2, delay: 2s}, run: 'echo "$TRACEPARENT"; exit $((2 - TIMERS_ATTEMPT))' }
`,
  );
  const first = desk.start(['start']);
  await first.event('attempt.failed');
  first.kill('SIGKILL');
  await first.ended;
  const second = desk.start(['start']);
  await second.line(({ event, attempts }) => event === 'run.finished' && attempts === 2);
  second.kill('SIGTERM');
  await second.ended;
  const printed = [first, second].map(({ lines }) => lines.find(({ event }) => event === 'run.output')!['line']);
  const run = collector.spans.find(({ name, attributes }) => name === 'again' && attributes['timers.attempts'] === 2)!;
  const attempt = collector.span('attempt 2');
  expect(String(printed[0])).toContain(`-${run.traceId}-`);
  expect(printed[1]).toBe(`00-${run.traceId}-${attempt.spanId}-01`);
  expect(attempt.parentSpanId).toBe(run.spanId);
  const timesOf = (wanted: string) =>
    first.lines.filter(({ event }) => event === wanted).map(({ timestamp }) => Date.parse(timestamp));
  const [begun] = millisecondsOf(run);
  expect(begun).toBeGreaterThanOrEqual(timesOf('scheduler.started')[0]!);
  expect(begun).toBeLessThanOrEqual(timesOf('run.started')[0]!);
});

test('environment variables supply settings that the file omits', async () => {
  write('true', '  a: { in: 1ms, run: "true" }\n');
  const { ended } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.endpoint}/base`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret',
    OTEL_SERVICE_NAME: 'from-the-environment',
  });
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(collector.requests[0]).toMatchObject({ url: '/base/v1/traces', headers: { 'x-key': 'secret' } });
  expect(collector.span('a').resource['service.name']).toBe('from-the-environment');
});
