import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandKinds } from '../../src/cli/commands/index.js';
import { Desk } from '../support/program.js';

const FILE = `
timezone: Europe/Berlin
state: ./s.db
timers:
  tick-tock: { every: 1h, jitter: 5m, timeout: 10m, run: "echo done" }
  nightly: { cron: "30 3 * * *", run: "true", description: a nightly one }
`;
/** Their output is one document, perhaps on several lines; every other command prints one object per line. */
const DOCUMENTS = ['validate', 'simulate', 'schema', 'keys', 'completion'];

/** What to type for each command, in this order; `start` keeps running. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  start: [],
  trigger: ['tick-tock', '--wait'],
  run: ['tick-tock'],
  in: ['1h', '--', 'true'],
  at: ['2099-01-01 00:00', '--', 'true'],
  pause: ['nightly', '--for', '1h'],
  list: [],
  next: ['-n', '5'],
  explain: ['tick-tock'],
  simulate: ['--assert', 'no-skips', '--suggest'],
  history: [],
  why: ['tick-tock'],
  logs: [],
  status: [],
  top: [],
  resume: ['nightly'],
  reset: ['tick-tock'],
  cancel: ['tick-tock'],
  reload: [],
  init: ['new.yaml'],
  import: ['tab'],
  export: ['systemd'],
  validate: ['timers.yaml'],
  keys: ['timeout'],
  schema: [],
  diff: ['new.yaml'],
  completion: ['zsh'],
  stop: [],
};

const printed = new Map<string, string>();
const desk = new Desk();

beforeAll(async () => {
  desk.write('timers.yaml', FILE);
  desk.write('tab', '30 3 * * * nightly\n');
  const scheduler = desk.start(['start', '--json']);
  await scheduler.event('scheduler.started');
  for (const [name, args] of Object.entries(TYPED)) {
    if (name === 'start') continue;
    const at = args.indexOf('--');
    const typed = at < 0 ? [...args, '--json'] : [...args.slice(0, at), '--json', ...args.slice(at)];
    const { code, stdout, stderr } = await desk.run(name, ...typed);
    expect({ name, code, stderr }).toMatchObject({ name, code: 0 });
    printed.set(name, stdout);
  }
  printed.set('start', (await scheduler.ended).stdout);
});

afterAll(() => desk.clear());

const documentsOf = (name: string): readonly unknown[] => {
  const text = (printed.get(name) ?? '').trimEnd();
  return (DOCUMENTS.includes(name) ? [text] : text.split('\n')).map((one) => JSON.parse(one) as unknown);
};

interface Value {
  readonly key: string;
  readonly value: unknown;
}

/** Every value, with the nearest key above it. */
function* valuesIn(value: unknown, key = ''): Generator<Value> {
  yield { key, value };
  if (Array.isArray(value)) for (const one of value) yield* valuesIn(one, key);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) yield* valuesIn(one, name);
}

const SHAPES: Readonly<Record<string, (value: Value) => boolean>> = {
  'keys are in snake case': ({ key }) => /^[a-z][a-z0-9_]*$|^$/.test(key),
  'a timer is named by task_name': ({ key, value }) =>
    !(value === 'tick-tock' || value === 'nightly') || key === 'task_name',
  'a time is UTC with milliseconds, or local_… with its offset': ({ key, value }) =>
    // `schedule_written` is the text of the file.
    key === 'schedule_written' ||
    typeof value !== 'string' ||
    !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value) ||
    (key.startsWith('local_') ? /[+-]\d\d:\d\d$/ : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/).test(value),
  'what is named as a time is one, or null': ({ key, value }) =>
    !/(_at|^timestamp|^until|^since)$/.test(key) ||
    value === null ||
    (typeof value === 'string' && Number.isFinite(Date.parse(value))),
  'a duration is in milliseconds, and its name says so': ({ key, value }) =>
    typeof value !== 'number' ||
    /_ms$/.test(key) ||
    !/duration|elapsed|timeout|lateness|delay|age|uptime|in$/.test(key),
};

test('this file tests every command of the program', () => {
  // A worker needs a Redis: `workers.test.ts` runs it. It prints the log.
  const names = commandKinds.map(({ name }) => name).filter((name) => name !== 'worker');
  expect(Object.keys(TYPED).sort()).toEqual(names.sort());
});

test.each(Object.keys(TYPED))('%s prints objects of the documented shape', (name) => {
  const documents = documentsOf(name);
  for (const document of documents) expect(document).toBeTypeOf('object');
  // The schema contains the file's keys, whose names are not ours to choose.
  const values = name === 'schema' ? [] : documents.flatMap((one) => [...valuesIn(one)]);
  for (const [rule, holds] of Object.entries(SHAPES))
    expect([rule, values.filter((value) => !holds(value)).slice(0, 5)]).toEqual([rule, []]);
});
