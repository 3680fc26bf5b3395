import { describe, expect, it } from 'vitest';
import { load, machine, table } from './diagnose.js';

const withTracing = (lines: string): string => `timers: {a: {every: 1m, run: x}}\n${lines}`;

const settingsOf = (lines: string, env: Record<string, string> = {}) => {
  const on = { ...machine, env: { ...machine.env, ...env } };
  const { problems, timerFile } = load(withTracing(lines), '/etc/timers.yaml', on);
  expect(problems).toEqual([]);
  return timerFile?.settings.tracing;
};

describe('the endpoint for spans', () => {
  it.each(['', 'tracing: false'])('is unset: "%s"', (lines) => {
    expect(settingsOf(lines, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel.example' })).toBeUndefined();
  });

  it.each([
    ['http://otel.example:4318', 'http://otel.example:4318/v1/traces'],
    ['http://otel.example:4318/', 'http://otel.example:4318/v1/traces'],
    ['https://otel.example/otlp', 'https://otel.example/otlp/v1/traces'],
    ['https://otel.example/otlp/v1/traces', 'https://otel.example/otlp/v1/traces'],
    ['"https://otel.example/?key=1"', 'https://otel.example/v1/traces?key=1'],
  ])('is %s', (written, url) => {
    expect(settingsOf(`tracing: ${written}`, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual({ url, headers: {} });
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'http://localhost:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, 'http://localhost:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel.example:4318' }, 'http://otel.example:4318/v1/traces'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a.example', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b.example/spans' },
      'http://b.example/spans',
    ],
  ])('is taken from the environment with true, for %j', (env, url) => {
    expect(settingsOf('tracing: true', env)).toEqual({ url, headers: {} });
    expect(settingsOf('tracing: {}', env)).toEqual({ url, headers: {} });
  });

  it('has headers with expanded variables and a service name', () => {
    expect(
      settingsOf('tracing: {endpoint: http://otel.example, headers: {x-stage: "${STAGE}"}, service_name: night}'),
    ).toEqual({ url: 'http://otel.example/v1/traces', headers: { 'x-stage': 'prod' }, serviceName: 'night' });
  });
});

describe('invalid tracing settings', () => {
  table(
    [
      ['tracing: otel.example:4318', '2:10 bad-url', 'http://127.0.0.1:4318'],
      ['tracing: ftp://otel.example', '2:10 bad-url', 'not a collector URL'],
      ['tracing: {endpoint: nowhere}', '2:21 bad-url', 'not a collector URL'],
      ['tracing: {endpont: http://otel.example}', '2:11 unknown-key', 'Did you mean endpoint?'],
      ['tracing: {headers: {"a b": x}}', '2:20 bad-header', '"a b"'],
      ['tracing: [http://otel.example]', '2:10 wrong-type', 'URL'],
      ['tracin: true', '2:1 unknown-key', 'Did you mean tracing?'],
    ],
    withTracing,
  );

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'otel', 'bad-url'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'otel', 'bad-url'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'bad-protocol'],
  ])('include the variable %s=%s', (name, value, code) => {
    const on = { ...machine, env: { [name]: value } };
    const { problems } = load(withTracing('tracing: true'), '/etc/timers.yaml', on);
    expect(problems).toMatchObject([{ code, line: 2, column: 10, message: expect.stringContaining(name) }]);
  });
});
