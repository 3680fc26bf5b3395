import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, ROOT } from '../support/program.js';
import { WebPuppet } from '../support/web-puppet.js';

/** The command line of the guide, without `npx`. */
const PINO_LOKI = join(ROOT, 'node_modules', 'pino-loki', 'dist', 'cli.mjs');

/** A request to Loki: records with equal labels, each with its time and its text. */
interface Push {
  readonly streams: readonly {
    readonly stream: Readonly<Record<string, string>>;
    readonly values: readonly (readonly [string, string])[];
  }[];
}

let desk: Desk;
let loki: WebPuppet;
beforeEach(async () => {
  desk = new Desk();
  loki = await WebPuppet.open();
  loki.answers = 204;
});
afterEach(async () => {
  await desk.clear();
  await loki.close();
});

test('pino-loki ships every record to Loki with level, event and host as labels', async () => {
  desk.write('timers.yaml', 'timers:\n  lines: { in: 10ms, run: "seq 300; exit 3" }\n');
  const program = desk.start(['start', '--log-format', 'json']);
  const options = ['--hostname', `http://${loki.host}`, '--replaceTimestamp', '--propsLabels', 'level,event,host'];
  const shipper = spawn(process.execPath, [PINO_LOKI, ...options, '--labels', '{"job":"timers"}'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  program.process.stdout?.pipe(shipper.stdin);
  const ended = once(shipper, 'close');
  await program.event('run.finished');
  program.kill('SIGTERM');
  await program.ended;
  await ended;

  const streams: Push['streams'][number][] = [];
  for (const request of [...loki.log]) {
    expect(request).toBe('POST /loki/api/v1/push');
    const { body } = await loki.next();
    streams.push(...(JSON.parse(body) as Push).streams);
  }
  const arrived = streams.flatMap(({ values }) => values.map(([, text]) => JSON.parse(text) as object));
  expect(arrived.length).toBe(program.lines.length);
  expect(new Set(arrived.map((record) => JSON.stringify(record)))).toEqual(
    new Set(program.lines.map((line) => JSON.stringify(line))),
  );
  const failed = streams.find(({ stream }) => stream['event'] === 'run.finished');
  const { host } = program.lines[0] as { host?: string };
  expect(failed?.stream).toEqual({ job: 'timers', level: 'error', event: 'run.finished', host });
});
