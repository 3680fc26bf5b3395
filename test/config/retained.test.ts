import { Session } from 'node:inspector/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseTimerFile } from '../../src/config/index.js';
import { readPlainYaml } from '../../src/config/text/read-plain-yaml.js';
import { finish } from '../../src/turns/steps.js';
import { Rig } from '../support/rig.js';
import { machine } from './diagnose.js';

const TIMERS = 5_000;

const session = new Session();
beforeAll(() => session.connect());
afterAll(() => session.disconnect());

/** `end` comes behind each timer. */
const textOf = (timers: number, end: string): string =>
  ['timezone: Europe/Berlin', 'timers:']
    .concat(
      Array.from({ length: timers }, (_, n) => `  t${n}: { cron: "${n % 60} ${n % 24} * * *", run: echo ${n} }${end}`),
    )
    .join('\n');

/** The heap that is in use after a garbage collection, in bytes. */
async function heap(): Promise<number> {
  await session.post('HeapProfiler.collectGarbage');
  return process.memoryUsage().heapUsed;
}

/** A scheduler with the timers of a file. */
async function armed(text: string): Promise<Rig> {
  const { timerFile } = parseTimerFile({ path: '/etc/timers.yaml', folder: '/etc', text }, machine);
  const rig = new Rig(timerFile!.jobs);
  rig.scheduler.start();
  await rig.clock.settle();
  rig.events.length = 0;
  return rig;
}

test.each([
  ['YAML that is read directly', '', true],
  ['YAML for the library', '\t', false],
])('a timer at rest keeps little memory, and not the syntax tree of its file: %s', async (_, end, isPlain) => {
  expect(finish(readPlainYaml(textOf(1, end))) !== undefined).toBe(isPlain);
  await armed(textOf(100, end));
  const before = await heap();
  const rig = await armed(textOf(TIMERS, end));
  const perTimer = ((await heap()) - before) / TIMERS;
  expect(rig.clock.armed).toBe(1);
  expect(perTimer).toBeLessThan(2_200);
});
