import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/program.js';

/** The package as npm packs it, unpacked elsewhere. No other package is there. */
const folder = mkdtempSync(join(tmpdir(), 'packed-'));
const home = join(folder, 'node_modules', 'timers-cli');
let tarball: string;

beforeAll(() => {
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const packed = JSON.parse(execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' })) as readonly [
    { filename: string },
  ];
  const [{ filename }] = packed;
  tarball = join(folder, filename);
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});

afterAll(() => rmSync(folder, { recursive: true }));

const node = (script: string): string => {
  writeFileSync(join(folder, 'script.js'), script);
  return execFileSync(process.execPath, ['script.js'], { cwd: folder, encoding: 'utf8' }).trim();
};

test('the package exports four names and nothing else', () => {
  const names = node("import * as face from 'timers-cli'; console.log(Object.keys(face).sort().join(' '))");
  expect(names).toBe('Timer createScheduler loadTimers parseSchedule');
});

test('parseSchedule returns strictly later instants in epoch milliseconds, and throws clear errors', () => {
  const script = `
    import { parseSchedule } from 'timers-cli';
    const noon = Date.UTC(2026, 0, 1, 12);
    const schedule = parseSchedule({ cron: '0 12 * * *', timezone: 'UTC' });
    console.log(schedule.next(noon - 1) - noon, schedule.next(noon) - noon);
    console.log(parseSchedule({ at: '2020-01-01T00:00Z' }).next(noon));
    console.log(parseSchedule({ in: '10s' }, { start: noon }).next(noon) - noon);
    for (const spec of [{ cron: '61 * * * *' }, { every: 10 }, {}, { cron: '* * * * *', timezone: 'Mars/Base' }, { cron: '0 0 31 2 *' }]) {
      try { parseSchedule(spec); console.log('no error'); } catch (error) { console.log(error instanceof RangeError || error instanceof TypeError, error.message.length > 20); }
    }`;
  expect(node(script).split('\n')).toEqual([
    '0 86400000',
    'undefined',
    '10000',
    ...Array.from({ length: 5 }, () => 'true true'),
  ]);
});

test('parseSchedule throws a plain error that says how to correct the input', () => {
  const script = `
    import { parseSchedule } from 'timers-cli';
    const said = (work) => { try { work(); return 'no error'; } catch (error) { return error.name + ': ' + error.message; } };
    const specs = [{ cron: '0 25 * * *' }, { cron: '30 2 * 3 SUNL', timezone: 'Europe/Berlin', dst: { gap: 'skip' } }, { every: 10 }, { every: NaN }, { every: -5 }, null];
    for (const spec of specs) console.log(said(() => parseSchedule(spec)));
    const schedule = parseSchedule({ every: '10s' });
    for (const after of [NaN, undefined, 'x']) console.log(said(() => schedule.next(after)));
    console.log(schedule.next(-1), schedule.intervalLike);`;
  expect(node(script).split('\n')).toEqual([
    'RangeError: cron: hour: 25 is out of range; the hour ranges from 0 to 23.',
    'RangeError: cron: The expression never matches: all its times are skipped when the clocks in Europe/Berlin move forward; ' +
      'write dst: {gap: after} to fire right after the change, or another hour.',
    'TypeError: every: 10 has no unit; write "10s" for seconds or "10m" for minutes.',
    expect.stringMatching(/^TypeError: every: NaN is not a valid duration; write a whole number and a unit/),
    'TypeError: every: -5 is negative; a duration cannot have a sign.',
    'TypeError: A schedule is an object such as {cron: "0 3 * * *"}.',
    ...Array.from({ length: 3 }, () => expect.stringMatching(/^TypeError: next takes a point in time/)),
    '0 true',
  ]);
});

test('a loaded file runs, and its events have the names used in the log', () => {
  writeFileSync(join(folder, 'timers.yaml'), 'timers:\n  a: { in: 1ms, run: echo hello }\n');
  const script = `
    import { createScheduler, loadTimers } from 'timers-cli';
    const events = [];
    const scheduler = createScheduler(await loadTimers(), { onEvent: (event) => events.push(event) });
    scheduler.start();
    await scheduler.idle();
    await scheduler.stop();
    console.log(events.map(({ event }) => event).join(' '));
    console.log(events.find(({ event }) => event === 'run.output').line);`;
  expect(node(script)).toBe(
    'scheduler.started run.started run.output run.finished scheduler.stopping scheduler.stopped\nhello',
  );
});

test('a broken file is rejected with line, column and message', () => {
  writeFileSync(join(folder, 'broken.yaml'), 'timers:\n  a: { every: 1, run: echo hello }\n');
  const script = `
    import { createScheduler, loadTimers } from 'timers-cli';
    const loaded = await loadTimers({ file: 'broken.yaml' });
    console.log(loaded.problems.length, loaded.timerFile);
    try { createScheduler(loaded); } catch (error) { console.log(error.name, error.message); }`;
  expect(node(script)).toMatch(/^1 undefined\nTypeError .*broken\.yaml:2:15: /);
});

test('one command installs it with its manual, offline, without a compiler or warnings, in 30 MB', () => {
  const prefix = join(folder, 'global');
  const flags = ['--offline', '--no-audit', '--no-fund', '--no-update-notifier', '--prefix', prefix];
  // npm 11 warns of a script that the package would run, even of `prepare`, which npm does not run for a package.
  const { status, stderr } = spawnSync('npm', ['install', '--global', tarball, ...flags], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(existsSync(join(prefix, 'share/man/man1/timers.1'))).toBe(true);
  const program = join(prefix, 'bin', 'timers');
  const run = (...args: readonly string[]) => execFileSync(program, args, { cwd: folder, encoding: 'utf8' });
  expect(run('--version').trim()).toMatch(/^\d+\.\d+\.\d+$/);
  writeFileSync(join(folder, 'recorded.yaml'), 'state: ./state.db\ntimers:\n  once: { in: 1ms, run: echo hello }\n');
  run('start', '--file', 'recorded.yaml');
  expect(run('history', '--file', 'recorded.yaml', '--json')).toContain('"status":"success"');
  const [kilobytes] = execFileSync('du', ['-sk', prefix], { encoding: 'utf8' }).split('\t');
  expect(Number(kilobytes)).toBeLessThanOrEqual(30 * 1024);
});

test('the package contains the license of each bundled dependency', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const licenses = readFileSync(join(home, 'dist', 'LICENSES.txt'), 'utf8');
  for (const name of ['@photostructure/sqlite', 'yaml', 'commander', '@opentelemetry/sdk-trace'])
    expect(licenses).toContain(`${name} ${devDependencies[name]}: `);
});

test('the program runs without its source files', () => {
  const said = execFileSync(process.execPath, [join(home, 'bin', 'timers.js'), 'validate'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(said).toContain('timers.yaml is valid: 1 timer.');
});

test('the package contains the web page', () => {
  expect(readdirSync(join(home, 'dist', 'page')).sort()).toEqual(['icon.svg', 'index.html', 'page.css', 'page.js']);
});

test('the types need no other package', () => {
  writeFileSync(
    join(folder, 'types.ts'),
    `import { parseSchedule, Timer, loadTimers, createScheduler, type Schedule } from 'timers-cli';
     const schedule: Schedule = parseSchedule({ every: '10s' }, { start: 0 });
     const next: number | undefined = schedule.next(0);
     const timer = new Timer(10, () => undefined);
     const stopped: boolean = timer.start().reset(5).stop();
     const loaded = await loadTimers({ file: 'x' });
     createScheduler(loaded, { onEvent: ({ event, timestamp }) => void [event, timestamp, next, stopped] }).start();
     // @ts-expect-error a schedule key is required to be one of four
     parseSchedule({ evry: '10s' });`,
  );
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--typeRoots',
    join(ROOT, 'node_modules/@types'),
    '--skipLibCheck',
    'false',
  ];
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...flags, 'types.ts'], {
    cwd: folder,
    stdio: 'inherit',
  });
});

test('V8 accepts the cached code of every script', ({ skip }) => {
  if ('enableCompileCache' in Module) skip('Node keeps compiled code by itself');
  const cache = `.${process.version}-${process.platform}-${process.arch}.v8cache`;
  const script = `
    const { readdirSync, readFileSync } = require('node:fs');
    const { wrap } = require('node:module');
    const { Script } = require('node:vm');
    const isTaken = (file) =>
      !new Script(wrap(readFileSync(file, 'latin1')), { cachedData: readFileSync(file + '${cache}') }).cachedDataRejected;
    const scripts = readdirSync('.').filter((file) => readdirSync('.').includes(file + '${cache}'));
    console.log(scripts.filter(isTaken).length, scripts.length);`;
  const cwd = join(ROOT, 'dist', 'cli');
  const [taken, all] = execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' }).split(' ').map(Number);

  expect(all).toBeGreaterThan(0);
  expect(taken).toBe(all);
});

// Every Node 20 has the same version of V8, but compiled code of 20.20 makes 20.19 call wrong functions.
test.each([
  ['version', 'v20.0.0'],
  ['platform', 'plan9'],
  ['arch', 'pdp11'],
])('code cached for another Node.js %s is not used', (fact, value) => {
  const count = (preload: string): number => {
    const counting = `
      const vm = require('node:vm');
      let cached = 0;
      vm.Script = class extends vm.Script {
        constructor(source, options) { super(source, options); if (options.cachedData) cached++; }
      };
      process.on('exit', () => console.error(cached));`;
    writeFileSync(join(folder, 'preload.cjs'), preload + counting);
    const flags = ['--require', join(folder, 'preload.cjs'), join(home, 'bin', 'timers.js'), '--version'];
    return Number(spawnSync(process.execPath, flags, { encoding: 'utf8' }).stderr);
  };
  expect(count('') > 0).toBe(!('enableCompileCache' in Module));
  expect(count(`Object.defineProperty(process, '${fact}', { value: '${value}' });`)).toBe(0);
});
