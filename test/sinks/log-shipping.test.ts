import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { elasticTypes } from '../../docs/generator/elastic.js';
import { EVENTS } from '../../src/domain/events/index.js';
import { RECORD_FIELDS } from '../../src/domain/events/fields.js';
import { LogFile } from '../../src/sinks/log-file.js';
import { FakeClock } from '../support/fake-clock.js';
import { eventually } from '../support/eventually.js';
import { ROOT } from '../support/program.js';

const example = (name: string) => readFileSync(join(ROOT, 'examples/logs', name), 'utf8');
const names = readdirSync(join(ROOT, 'examples/logs'));

const why = (program: string): string => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return '';
  } catch {
    try {
      execFileSync(program, ['-v'], { stdio: 'ignore' });
      return '';
    } catch {
      return ` (skipped: ${program} is not installed)`;
    }
  }
};
const noLogrotate = why('logrotate');
const noRsyslog = why('rsyslogd');

let folder: string;
let path: string;
let file: LogFile | undefined;
let running: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shipping-'));
  path = join(folder, 'timers.log');
});
afterEach(async () => {
  if (running !== undefined && running.exitCode === null && running.kill('SIGKILL')) await once(running, 'exit');
  running = undefined;
  await file?.close();
  file = undefined;
  rmSync(folder, { recursive: true });
});

function open(maxSize?: number): void {
  const settings = { path, keep: 5, ...(maxSize !== undefined && { maxSize }) };
  file = new LogFile(settings, {
    clock: new FakeClock(),
    uid: process.getuid?.(),
    onUnrotated: (reason) => expect.fail(reason),
  });
}

async function put(text: string): Promise<void> {
  for (let bytes = Buffer.from(text); bytes.length > 0;)
    bytes = bytes.subarray(
      await new Promise<number>((resolve, reject) =>
        file?.write(bytes, (error, written) => (error ? reject(error) : resolve(written))),
      ),
    );
}

const record = (number: number) =>
  `${JSON.stringify({ level: number % 10 === 0 ? 'error' : 'info', event: 'run.output', line: `line ${number} ä "q"`, msg: 'x' })}\n`;
const all = (count: number) => Array.from({ length: count }, (_, number) => `line ${number} ä "q"`);
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { line: string }).line);

describe('logrotate', () => {
  test.skipIf(noLogrotate !== '')(
    `rotates the log with the example configuration, and no line is lost${noLogrotate}`,
    async () => {
      open();
      const config = join(folder, 'logrotate.conf');
      writeFileSync(config, example('logrotate.conf').replaceAll('/var/log/timers.log', path), { mode: 0o644 });
      const rotate = () =>
        execFileSync('logrotate', ['--force', '--state', join(folder, 'state'), config], { stdio: 'pipe' });
      for (let number = 0; number < 100; number++) {
        await put(record(number));
        if (number % 10 === 9) rotate();
      }
      const numberOf = (name: string) => Number(/\d+/.exec(name)?.[0] ?? 0);
      const files = readdirSync(folder)
        .filter((name) => name.startsWith('timers.log'))
        .sort((a, b) => numberOf(b) - numberOf(a));
      expect(files.filter((name) => name.endsWith('.gz'))).toHaveLength(9);
      const texts = files.map((name) => {
        const bytes = readFileSync(join(folder, name));
        return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      });
      expect(texts.flatMap(linesOf)).toEqual(all(100));
    },
  );
});

describe('rsyslog', () => {
  test.skipIf(noRsyslog !== '')(
    `forwards every record with the example configuration, even across rotations${noRsyslog}`,
    async () => {
      let received = '';
      const server = createServer((socket) =>
        socket.setEncoding('utf8').on('data', (text: string) => (received += text)),
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      open(5_000);
      await put(record(0));
      const config = join(folder, 'rsyslog.conf');
      const text = example('rsyslog.conf')
        .replaceAll('/var/log/', `${folder}/`)
        .replace('logs.example.org', '127.0.0.1')
        .replace('6514', String((server.address() as AddressInfo).port))
        .replace('global(', `global(workDirectory="${folder}" `);
      writeFileSync(config, text);
      execFileSync('rsyslogd', ['-N1', '-f', config], { stdio: 'pipe' });
      running = spawn('rsyslogd', ['-n', '-f', config, '-i', join(folder, 'pid')], { stdio: 'ignore' });
      await eventually('the first record', () => received.includes('line 0 ') || undefined);
      // rsyslog reads a file to its end after it was renamed; it must have noticed the one before.
      for (let number = 1; number < 200; number++) {
        await put(record(number));
        if (number % 20 === 0)
          await eventually(`record ${number}`, () => received.includes(`line ${number} `) || undefined);
      }
      await eventually('the last record', () => received.includes('line 199 ') || undefined);
      server.close();
      expect(linesOf(received)).toEqual(all(200));
      expect(linesOf(readFileSync(join(folder, 'timers-errors.log'), 'utf8'))).toHaveLength(20);
    },
  );
});

describe('the example configurations', () => {
  const fields = new Set([
    ...Object.keys(RECORD_FIELDS),
    ...Object.values(EVENTS).flatMap((entry) => Object.keys(entry.fields)),
  ]);
  const unknown = (used: Iterable<string>) => [...used].filter((name) => !fields.has(name));
  const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);

  test('are valid YAML or JSON according to their names', () => {
    for (const name of names.filter((one) => /\.ya?ml$/.test(one)))
      expect(
        parseAllDocuments(example(name)).flatMap((document) => ('errors' in document ? document.errors : [])),
      ).toEqual([]);
    for (const name of names.filter((one) => one.endsWith('.json'))) JSON.parse(example(name));
    for (const line of example('kibana.ndjson').trim().split('\n')) JSON.parse(line);
  });

  test('for Loki use fields of the log', () => {
    interface Stages {
      scrape_configs: { pipeline_stages: { json?: { expressions: object }; labels?: object }[] }[];
    }
    const stages = (parse(example('promtail.yml')) as Stages).scrape_configs[0]!.pipeline_stages;
    expect(unknown(stages.flatMap(({ json, labels }) => Object.keys({ ...json?.expressions, ...labels })))).toEqual([]);
    expect(unknown(matches(example('vector.yml'), /\{\{ (\w+) \}\}/g))).toEqual([]);
    expect(unknown(matches(example('fluent-bit.yml'), /\$(\w+)/g))).toEqual([]);
    expect(unknown(matches(example('config.alloy'), /"(\w+)" = "(?:\w+)?"/g).filter((name) => name !== 'job'))).toEqual(
      [],
    );
    const queries = example('grafana-logs.json');
    expect(unknown(matches(queries, /\| (\w+)=/g))).toEqual([]);
    expect(unknown(matches(queries, /\{\{\.(\w+)\}\}/g))).toEqual([]);
    expect(matches(queries, /\{\{\.(\w+)\}\}/g).length).toBeGreaterThan(3);
    expect(
      matches(queries, /event=~?\\"([\w.|]+)\\"/g)
        .flatMap((events) => events.split('|'))
        .filter((name) => !(name in EVENTS)),
    ).toEqual([]);
  });

  test('for rsyslog use fields of the log', () => {
    expect(unknown(matches(example('rsyslog.conf'), /\$!(\w+)/g).filter((name) => name !== 'all'))).toEqual([]);
  });

  test('for Kibana use fields of the index template', () => {
    const [, search = '{}'] = example('kibana.ndjson').trim().split('\n');
    const { attributes } = JSON.parse(search) as {
      attributes: { columns: string[]; kibanaSavedObjectMeta: { searchSourceJSON: string } };
    };
    const source = attributes.kibanaSavedObjectMeta.searchSourceJSON;
    const used = [...attributes.columns, ...matches(source, /([\w.]+) : /g)];
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !elasticTypes().has(name))).toEqual([]);
  });
});
