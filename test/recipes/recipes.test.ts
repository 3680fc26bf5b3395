import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as CommandsPages from '../../docs/generator/commands.js';
import type * as EventsPages from '../../docs/generator/events.js';
import type * as KeysPages from '../../docs/generator/keys.js';
import type * as Commands from '../../src/cli/commands/index.js';
import type * as Explain from '../../src/cli/commands/explain/render.js';
import type * as Keys from '../../src/cli/commands/top/keys.js';
import type * as Options from '../../src/cli/options.js';
import type * as Config from '../../src/config/index.js';
import type * as JsonSchema from '../../src/config/keys/json-schema.js';
import type * as Verbs from '../../src/control/verbs.js';
import type * as Events from '../../src/domain/events/index.js';
import type * as RecordRoom from '../../src/domain/record.js';
import type * as Api from '../../src/http/api.js';
import type * as Routes from '../../src/http/route-entries.js';
import type * as MetricsRoom from '../../src/metrics/metrics.js';
import type * as Schedules from '../../src/schedules/index.js';
import type * as Rules from '../../src/simulation/rules.js';
import type * as Exporters from '../../src/exporters/index.js';
import type * as Importers from '../../src/importers/index.js';
import type * as Sinks from '../../src/sinks/index.js';
import type * as TimeSources from '../../src/time-sources/index.js';
import { machine } from '../config/diagnose.js';
import { Document } from '../support/documents.js';
import { ROOT } from '../support/program.js';
import { RecordedTerminal } from '../support/recorded-terminal.js';
import { everyMs, job, Rig } from '../support/rig.js';
import { TOYS, USES, type Change } from './toys.js';

/** A copy of the sources in which every toy is added according to its recipe. */
const copy = mkdtempSync(join(tmpdir(), 'recipes-'));

const changes = Object.values(TOYS).flat();
type Replacement = Extract<Change, { readonly find: string }>;

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), text);
};

beforeAll(() => {
  for (const part of ['src', 'docs/generator', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const include = { extends: join(ROOT, 'tsconfig.json'), include: ['src', 'docs'], exclude: ['src/page'] };
  const compilerOptions = { typeRoots: [join(ROOT, 'node_modules/@types')] };
  write('tsconfig.json', JSON.stringify({ ...include, compilerOptions }));
  write('src/uses.ts', USES);
  for (const change of changes) {
    if ('create' in change) write(change.file, change.create);
    else write(change.file, replaced(readFileSync(join(copy, change.file), 'utf8'), change));
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function replaced(text: string, change: Replacement): string {
  const { file, find } = change;
  const adapt = `If ${file} has another text there now, adapt "find" and "write" of the toy in test/recipes/toys.ts`;
  expect(text.split(find).length - 1, `occurrences of ${JSON.stringify(find)}. ${adapt}`).toBe(1);
  return text.replace(find, () => change.write);
}

/** A module of the copy; `Module` is the type of the original. */
const load = async <Module>(file: string): Promise<Module> => (await import(join(copy, file))) as Module;

const loaded = async (timer: string) => {
  write('timers.yaml', `timers:\n  one: {run: 'true', ${timer}}\n`);
  const { loadTimerFile } = await load<typeof Config>('src/config/index.ts');
  return loadTimerFile({ cwd: copy, file: join(copy, 'timers.yaml') }, machine);
};

test('a copy with all example parts compiles, so the recipes are complete', async () => {
  const tsc = join(ROOT, 'node_modules/typescript-native/bin/tsc');
  const run = promisify(execFile)(tsc, ['-p', copy, '--noEmit'], { cwd: copy });
  const failure = await run.then(
    () => '',
    (error: unknown) => (error as { stdout: string }).stdout,
  );
  expect(failure).toBe('');
});

test.each(changes.filter((change) => 'find' in change))(
  'another part can be added to $file after the toy: $find',
  (change) => {
    expect(replaced(change.write, change)).toContain(change.write);
  },
);

describe('CONTRIBUTING.md', () => {
  const sections = new Document('CONTRIBUTING.md').text.split(/^### /m).slice(1);
  const recipes = new Map(sections.map((section) => [/^.*/.exec(section)![0].replaceAll('`', ''), section]));

  test('has a recipe for every example part, and vice versa', () => {
    expect([...recipes.keys()].sort()).toEqual(Object.keys(TOYS).sort());
  });

  test.each(Object.entries(TOYS))('%s: names exactly the files that the example part changes', (title, changes) => {
    const named = [...recipes.get(title)!.matchAll(/^\d\. .*?`(src\/[^`]+)`/gm)].map(([, file]) => file!);
    const patterns = named.map((file) => new RegExp(`^${file.replaceAll('.', '\\.').replace(/<\w+>/g, '\\w+')}$`));
    const files = [...new Set(changes.map(({ file }) => file))];
    for (const file of files)
      expect(
        patterns.some((pattern) => pattern.test(file)),
        file,
      ).toBe(true);
    expect(named).toHaveLength(files.length);
  });

  const withNewFile = Object.keys(TOYS).filter((title) => TOYS[title]!.some((change) => 'create' in change));

  test.each(withNewFile)('%s: names the file to copy', (title) => {
    expect(recipes.get(title)).toMatch(/^1\. Copy `[\w/-]+\.ts` to `src\//m);
  });
});

describe('an example part works once its recipe is complete', () => {
  test('Add a schedule', async () => {
    const { timerFile, problems } = await loaded('toy: 99');
    expect(problems).toEqual([]);
    expect(timerFile!.jobs[0]!.schedule.next(0)).toBe(99);
    expect((await loaded('toy: -1')).problems).toMatchObject([{ code: 'toy-before-1970', severity: 'error' }]);
    const { scheduleInWords } = await load<typeof Schedules>('src/schedules/index.ts');
    expect(scheduleInWords(timerFile!.jobs[0]!)).toBe('once, at 99 ms');
    const { printExplanation } = await load<typeof Explain>('src/cli/commands/explain/render.ts');
    const terminal = new RecordedTerminal(copy);
    const explained = { ...timerFile!.jobs[0]!, problems: [], source: '', file: 'timers.yaml' };
    const explanation = { explained, expressions: [], firings: [99], zone: 'UTC', outlook: undefined };
    printExplanation(explanation, { terminal, now: 0, asJson: false });
    expect(terminal.said).toContain('one: once, at 99 ms\nCounts milliseconds of epoch time.\n');
    const { next } = await load<{ next: number }>('src/uses.ts');
    expect(next).toBe(5);
    const { renderKeys } = await load<typeof KeysPages>('docs/generator/keys.ts');
    expect(renderKeys()).toContain('Fires once, at this point of epoch time in milliseconds.');
    const schema = await load<typeof JsonSchema>('src/config/keys/json-schema.ts');
    expect(JSON.stringify(schema.timersSchema())).toContain('"toy":');
  });

  test('Add a key of a timer', async () => {
    const { timerFile, problems } = await loaded('in: 1s, toy_color: red');
    expect(problems).toEqual([]);
    expect(timerFile!.jobs[0]).toMatchObject({ toyColor: 'red', definition: { toy_color: '"red"' } });
    const { renderKeys } = await load<typeof KeysPages>('docs/generator/keys.ts');
    expect(renderKeys()).toContain('The color.');
  });

  test('Add an event', async () => {
    const event = { event: 'http.toyed', at: 0, toys: 3 } as never;
    const events = await load<typeof Events>('src/domain/events/index.ts');
    expect(events.messageOf(event)).toBe('played with 3 toys');
    expect(events.messageOf({ event: 'http.toyed', at: 0, toys: 1 } as never)).toBe('played with 1 toy');
    const { toRecord } = await load<typeof RecordRoom>('src/domain/record.ts');
    expect(toRecord(event)).toEqual({ event: 'http.toyed', toys: 3 });
    const { renderEvents } = await load<typeof EventsPages>('docs/generator/events.ts');
    expect(renderEvents()).toContain('A toy was played with.');
  });

  test('Add a metric', async () => {
    const { Metrics } = await load<typeof MetricsRoom>('src/metrics/metrics.ts');
    const rig = new Rig([job('tick', everyMs(1_000))]);
    const clock = { soon: queueMicrotask };
    const forecaster = { forecast: () => Promise.resolve(undefined) };
    const facts = { version: '1', node: 'v20', clockOffset: () => undefined, forecaster };
    const metrics = new Metrics({ controls: () => rig.scheduler.controls, clock, ...facts });
    let text = '';
    for await (const part of metrics.text()) text += part;
    expect(text).toContain('# HELP timers_toys Toys.');
  });

  test('Add a command', async () => {
    const { commandKinds } = await load<typeof Commands>('src/cli/commands/index.ts');
    const kind = commandKinds.find(({ name }) => name === 'toy')!;
    const lines: string[] = [];
    const terminal = { out: (...said: string[]) => lines.push(...said) } as never;
    expect(await kind.configure(new Command())(terminal, [])).toBe(0);
    expect(lines).toEqual(['played']);
    const { renderCommands } = await load<typeof CommandsPages>('docs/generator/commands.ts');
    expect(renderCommands()).toContain('`timers toy`');
  });

  test('Add a format to import', async () => {
    const { importerKinds } = await load<typeof Importers>('src/importers/index.ts');
    const toy = importerKinds.find(({ name }) => name === 'toy')!;
    expect(toy.recognize({ path: 'a', text: 'toy' })).toBe(1);
  });

  test('Add a format to export', async () => {
    const { exporterKinds } = await load<typeof Exporters>('src/exporters/index.ts');
    const toy = exporterKinds.find(({ name }) => name === 'toy')!;
    expect(toy.write([job('ball', everyMs(1000))], { now: 0, timezone: 'UTC' }).files[0]!.text).toBe('ball\n');
  });

  test('Add a form of the log', async () => {
    const { sinkKinds } = await load<typeof Sinks>('src/sinks/index.ts');
    const written: string[] = [];
    const destination = { write: (record: string) => written.push(record) };
    const open = (sinkKinds as unknown as Record<string, typeof sinkKinds.json>)['toy']!;
    const sink = await open({ destination } as never);
    sink.accept({ event: 'log.dropped', at: 0, records: 1 });
    expect(written).toEqual(['log.dropped!']);
    const { withLog } = await load<typeof Options>('src/cli/options.ts');
    const format = withLog(new Command()).options.find(({ long }) => long === '--log-format');
    expect(format?.argChoices).toContain('toy');
  });

  test('Add a rule for simulate --assert', async () => {
    const { readRule } = await load<typeof Rules>('src/simulation/rules.ts');
    const rule = readRule('no-toys', { jobNames: [], timeOfDay: () => 0 });
    expect(rule.breaks({ kind: 'missed' } as never)).toBe(true);
  });

  test('Add a verb of the control socket', async () => {
    const { verbs } = await load<typeof Verbs>('src/control/verbs.ts');
    expect(verbs.get('toy')!({} as never, {})).toEqual({ toys: 3 });
  });

  test('Add a route of the page', async () => {
    const { apiRoutes } = await load<typeof Api>('src/http/api.ts');
    expect(apiRoutes({} as never).map(({ path }) => path)).toContain('/api/toy');
    const { ROUTES } = await load<typeof Routes>('src/http/route-entries.ts');
    expect(ROUTES).toHaveProperty('GET /api/toy');
  });

  test('Add a key of the live view', async () => {
    const { pressKey } = await load<typeof Keys>('src/cli/commands/top/keys.ts');
    expect(pressKey({ mode: { kind: 'list' } } as never, 'y').wishes).toEqual([{ kind: 'redraw' }]);
  });

  test('Add a service that watches runs', async () => {
    const { timerFile, problems } = await loaded('in: 1s, ping: {toy: "https://toy.example.com/1"}');
    expect(problems).toEqual([]);
    const request = timerFile!.jobs[0]!.monitors![0]!.requestFor({} as never);
    expect(request).toEqual({ method: 'GET', url: 'https://toy.example.com/1' });
  });

  test('Add a source of time', async () => {
    const { timeSourceKinds } = await load<typeof TimeSources>('src/time-sources/index.ts');
    const settings = { servers: [], chrony: false, limit: 50, discipline: false, poll: 64_000 } as const;
    const sources = timeSourceKinds.flatMap((kind) => kind.create(settings, {} as never));
    expect(await sources[0]!.measure(new AbortController().signal)).toMatchObject({ source: 'toy' });
  });
});
