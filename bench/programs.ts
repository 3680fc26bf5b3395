import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf, ownProcesses, peakOf, restOf, runsCommands } from './process-figures.js';
import { median, type Result } from './result.js';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const AT_ONCE = 500;
/** How long the programs run one job a second. */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
/** The time that a program is at rest before its memory is read. */
const REST = (SECONDS * 1_000) / 3;
const OUTPUT = 128;
/** The time from the start of the program until its jobs are due: a second that it also reaches on a busy machine. */
const AHEAD = 6_000;

/** A cron expression of five fields after a field of seconds, and the command. */
type Entry = readonly [expression: string, command: string];

/** A whole program that runs commands on a schedule. */
interface Program {
  readonly name: string;
  /** Writes the entries into its own file in `folder`. Returns the program's command line. */
  prepare(folder: string, entries: readonly Entry[]): readonly string[];
  /** Matches what the program prints once every entry is armed. */
  readonly ready: RegExp;
}

const main = join(process.cwd(), 'bin', 'timers.js');
const cronSchedule = (launcher: string): Program => ({
  name: `cron-schedule + ${launcher}`,
  ready: /"ready"/,
  prepare(folder, entries) {
    const file = join(folder, 'jobs.json');
    writeFileSync(file, JSON.stringify(entries));
    return [process.execPath, join(process.cwd(), 'bench', 'peers', 'cron-schedule.js'), launcher, file];
  },
});
const timers: Program = {
  name: 'timers',
  ready: /scheduler\.started/,
  prepare(folder, entries) {
    const lines = entries.map(
      ([expression, run], index) => `  t${index}: { cron: "${expression}", run: ${JSON.stringify(run)} }`,
    );
    writeFileSync(join(folder, 'timers.yaml'), ['timezone: UTC', 'timers:', ...lines].join('\n'));
    return [main, 'start', '--state', './state.db', '--log-format', 'json'];
  },
};
const supercronic: Program = {
  name: 'supercronic',
  ready: /read crontab/,
  prepare(folder, entries) {
    writeFileSync(join(folder, 'crontab'), entries.map(([expression, run]) => `${expression} * ${run}\n`).join(''));
    return ['supercronic', '-json', 'crontab'];
  },
};
const isInstalled = ({ name }: Program): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

const peers: readonly Program[] = [
  cronSchedule('child_process'),
  cronSchedule('execa'),
  ...[supercronic].filter(isInstalled),
];
const programs: readonly Program[] = [timers, ...peers];

/** A running program, in its own folder, with its output in a file. */
class Running {
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly #child: ChildProcess;
  readonly #program: Program;
  readonly #since = performance.now();
  #hasEnded = false;

  constructor(program: Program, entries: readonly Entry[], env: NodeJS.ProcessEnv = {}) {
    this.#program = program;
    const [file = '', ...args] = program.prepare(this.folder, entries);
    const output = openSync(join(this.folder, 'log'), 'w');
    this.#child = spawn(file, args, {
      cwd: this.folder,
      stdio: ['ignore', output, output],
      env: { ...process.env, TZ: 'UTC', ...env },
    });
    closeSync(output);
    this.#child.once('exit', () => (this.#hasEnded = true));
  }

  /** The processes of the program, without the commands of its jobs. */
  get pids(): number[] {
    return ownProcesses(this.#pid);
  }

  get #pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), { encoding: 'utf8', flag: 'a+' });
  }

  /** Resolves to the ms from the start until it is ready. Rejects with its output if it ends before. */
  async ready(): Promise<number> {
    while (!this.#program.ready.test(this.read('log'))) {
      if (this.#hasEnded) throw new Error(`${this.#program.name} has ended: ${this.read('log')}`);
      await sleep(2);
    }
    return performance.now() - this.#since;
  }

  /** Resolves when every job of a burst has started, and ended. */
  async allStarted(): Promise<void> {
    while (stampsOf(this).length < AT_ONCE || runsCommands(this.#pid)) await sleep(20);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

const STAMP = 'date +%s%N >> stamps';

/** The times at which {@link STAMP} has run, in ms, ascending. */
const stampsOf = (running: Running): number[] =>
  running
    .read('stamps')
    .split('\n')
    .filter(Boolean)
    .map((line) => Number(line) / 1e6)
    .sort((a, b) => a - b);

function expressionOf(due: number): string {
  const at = new Date(due);
  return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
}

type Figures = Readonly<Record<string, number>>;

async function burst(program: Program): Promise<Figures> {
  const due = Math.ceil((Date.now() + AHEAD) / 1_000) * 1_000;
  const running = new Running(program, entriesAt(due));
  await running.ready();
  const before = cpuOf(running.pids);
  await running.allStarted();
  const last = (stampsOf(running).at(-1) ?? Number.NaN) - due;
  const figures = {
    [`burst of ${AT_ONCE}|jobs/s`]: (AT_ONCE * 1_000) / last,
    'burst: the last job starts after|ms': last,
    'burst: CPU of a job|ms': (cpuOf(running.pids) - before) / AT_ONCE,
    'burst: peak|MB': peakOf(running.pids),
  };
  await running.stop();
  return figures;
}

const entriesAt = (due: number): Entry[] => Array.from({ length: AT_ONCE }, () => [expressionOf(due), STAMP]);

/** Measured in a separate run, because the probe wakes the loop every millisecond. */
async function longestStop(program: Program): Promise<Figures> {
  if (program === supercronic) return {};
  const due = Math.ceil((Date.now() + AHEAD) / 1_000) * 1_000;
  const file = join(tmpdir(), `bench-loop-${process.pid}`);
  const running = new Running(program, entriesAt(due), {
    NODE_OPTIONS: `--require ${join(process.cwd(), 'bench', 'peers', 'loop-probe.cjs')}`,
    LOOP_PROBE: file,
    LOOP_PROBE_AFTER: String(due - Date.now() - 500),
  });
  await running.ready();
  await running.allStarted();
  await running.stop();
  const stop = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return { 'burst: longest stop of the loop|ms': stop };
}

async function oneASecond(program: Program): Promise<Figures> {
  const running = new Running(program, [['* * * * * *', STAMP]]);
  await running.ready();
  await sleep(2_000);
  const skipped = stampsOf(running).length;
  const before = cpuOf(running.pids);
  await sleep(SECONDS * 1_000);
  const cpu = cpuOf(running.pids) - before;
  const stamps = stampsOf(running).slice(skipped);
  await running.stop();
  return {
    'one a second: CPU of a run|ms': cpu / stamps.length,
    'one a second: lateness, p50|ms': median(stamps.map((stamp) => stamp % 1_000)),
  };
}

async function rest(program: Program, jobs: number): Promise<Figures> {
  const entries = Array.from({ length: jobs }, (_, n): Entry => [`0 ${n % 60} ${n % 24} 1 1 *`, 'true']);
  const running = new Running(program, entries);
  const ready = await running.ready();
  await sleep(REST);
  const resident = restOf(running.pids);
  await running.stop();
  return { [`ready with ${jobs} jobs|ms`]: ready, [`at rest with ${jobs} jobs|MB`]: resident };
}

async function output(program: Program): Promise<Figures> {
  const due = Math.ceil((Date.now() + AHEAD) / 1_000) * 1_000;
  const lines = `yes ${'x'.repeat(79)} | head -c ${OUTPUT * 1_048_576}`;
  const running = new Running(program, [[expressionOf(due), `${STAMP}; ${lines}; ${STAMP}`]]);
  await running.ready();
  while (stampsOf(running).length < 2) await sleep(20);
  const [began = Number.NaN, ended = Number.NaN] = stampsOf(running);
  const peak = peakOf(running.pids);
  await running.stop();
  return { 'output|MiB/s': (OUTPUT * 1_000) / (ended - began), 'output: peak|MB': peak };
}

/** Each round takes the programs in turn, so that a noisy minute affects all of them. */
const trials: Readonly<Record<string, (program: Program) => Promise<Figures>>> = {
  burst,
  'longest-stop': longestStop,
  'one-a-second': oneASecond,
  'rest-10': (program) => rest(program, 10),
  'rest-1000': (program) => rest(program, 1_000),
  output,
};
const wanted = process.env['BENCH_TRIALS']?.split(',') ?? Object.keys(trials);

/** Whole programs that run shell commands on a schedule, side by side: what a user would choose between. Linux only. */
export async function run(): Promise<Result[]> {
  const figures = new Map<string, Map<Program, number[]>>();
  for (const name of wanted) {
    const trial = trials[name];
    if (trial === undefined) throw new Error(`unknown trial ${name}. Use one of ${Object.keys(trials).join(', ')}`);
    for (let round = 0; round < ROUNDS; round++) {
      for (const program of programs) {
        for (const [figure, value] of Object.entries(await trial(program))) {
          const byProgram = figures.get(figure) ?? new Map<Program, number[]>();
          figures.set(figure, byProgram.set(program, [...(byProgram.get(program) ?? []), value]));
        }
      }
    }
  }
  return Array.from(figures).flatMap(([figure, values]) => resultsOf(figure, values));
}

function resultsOf(figure: string, values: ReadonlyMap<Program, number[]>): Result[] {
  const [name = '', unit = ''] = figure.split('|');
  const value = median(values.get(timers) ?? []);
  return peers
    .filter((peer) => values.has(peer))
    .map((peer) => ({ name, value, unit, peer: { name: peer.name, value: median(values.get(peer) ?? []) } }));
}
