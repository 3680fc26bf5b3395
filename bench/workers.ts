import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '../test/support/redis-server.js';
import { cpuOf, cpuWithCommandsOf, ownProcesses, restOf } from './process-figures.js';
import { median, quantile, type Result } from './result.js';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
/** How long a round measures; a multiple of {@link INTERVAL}. */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 30);
const A_MINUTE = Number(process.env['BENCH_FIRINGS'] ?? 10_000);
const WORKERS = 3;
const SLOTS = 8;
const INTERVAL = 6;
const TIMERS = Math.round((A_MINUTE * INTERVAL) / 60);
const DUE = (TIMERS * SECONDS) / INTERVAL;
/** How long to wait until code is optimized and connections are open; then until the last firing has ended. */
const WARM_UP = 6_000;
const AFTER = 3_000;

const main = join(process.cwd(), 'bin', 'timers.js');

/** A program of `timers`, with its own folder and its log in a file. */
class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly #child: ChildProcess;

  constructor(name: string, { url, runOn }: { url: string; runOn: string }, args: readonly string[]) {
    writeFileSync(join(this.folder, 'timers.yaml'), fileOf(name, url, runOn));
    const log = openSync(join(this.folder, 'log'), 'w');
    this.#child = spawn(process.execPath, [main, ...args, '--log-format', 'json'], {
      cwd: this.folder,
      stdio: ['ignore', log, log],
      env: { ...process.env, TZ: 'UTC' },
    });
    closeSync(log);
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  async logged(event: string): Promise<void> {
    while (!this.log.includes(`"event":"${event}"`)) {
      if (this.#child.exitCode !== null) throw new Error(this.log);
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** Timers that are due one after the other, with commands that cost nothing. */
function fileOf(name: string, url: string, runOn: string): string {
  const timers = Array.from({ length: TIMERS }, (_, index) => {
    const offset = Math.floor((index * INTERVAL * 1_000) / TIMERS);
    return `  t${index}: { every: { interval: ${INTERVAL}s, offset: ${offset}ms }, run: ["true"] }`;
  });
  const state = `state: { url: "${url}", name: ${name} }`;
  return [state, 'timezone: UTC', `defaults: { run_on: ${runOn} }`, 'timers:', ...timers].join('\n');
}

/** What a round measured. CPU is in ms per firing, its share in % of a core, memory in MB. */
interface Figures {
  readonly missed: number;
  readonly lateness: readonly number[];
  readonly scheduler: number;
  readonly all: number;
  readonly standby: { readonly share: number; readonly memory: number };
}

/** A scheduler, one that stands by, and `workers` that run its commands, all on one Redis. */
async function round(runOn: string, workers: number): Promise<Figures> {
  const redis = await RedisServer.open();
  const machines: Machine[] = [];
  const start = async (name: string, event: string, ...args: readonly string[]) => {
    const machine = new Machine(name, { url: redis.url, runOn }, args);
    machines.push(machine);
    await machine.logged(event);
    return machine;
  };
  try {
    const active = await start('one', 'scheduler.took_over', 'start');
    const standby = await start('two', 'scheduler.standing_by', 'start');
    const names = Array.from({ length: workers }, (_, index) => `w${index}`);
    const worker = (name: string) => start(name, 'worker.started', 'worker', '--concurrency', String(SLOTS));
    return await measure(redis.pid, { active, standby, others: await Promise.all(names.map(worker)) });
  } finally {
    for (const machine of machines) await machine.stop();
    await redis.close();
  }
}

async function measure(
  redis: number,
  { active, standby, others }: { active: Machine; standby: Machine; others: readonly Machine[] },
): Promise<Figures> {
  await sleep(WARM_UP);
  const cpu = () => ({
    scheduler: cpuOf(ownProcesses(active.pid)),
    standby: cpuOf(ownProcesses(standby.pid)),
    all: cpuWithCommandsOf([redis, ...[active, ...others].flatMap(({ pid }) => ownProcesses(pid))]),
  });
  const [from, before] = [Date.now(), cpu()];
  await sleep(SECONDS * 1_000);
  const after = cpu();
  const memory = restOf(ownProcesses(standby.pid));
  await sleep(AFTER);
  const lateness = latenessOf(active.log, from);
  return {
    missed: DUE - lateness.length,
    lateness,
    scheduler: (after.scheduler - before.scheduler) / DUE,
    all: (after.all - before.all) / DUE,
    standby: { share: (after.standby - before.standby) / (SECONDS * 10), memory },
  };
}

interface Finished {
  readonly status: string;
  readonly scheduled_at: string;
  readonly firing_id: string;
  readonly lateness_ms: number;
}

/** How late the firings were that came due in the measured time and succeeded. */
function latenessOf(log: string, from: number): number[] {
  const late = new Map<string, number>();
  for (const line of log.split('\n').filter((text) => text.includes('"event":"run.finished"'))) {
    const { status, scheduled_at: at, firing_id: id, lateness_ms: lateness } = JSON.parse(line) as Finished;
    const due = Date.parse(at);
    if (status === 'success' && due >= from && due < from + SECONDS * 1_000) late.set(id, lateness);
  }
  return [...late.values()];
}

/**
 * 10,000 firings a minute over three workers on one Redis, next to the same firings on the machine of the scheduler.
 * Linux only, with redis-server.
 */
export async function run(): Promise<Result[]> {
  const rounds: { local: Figures; spread: Figures }[] = [];
  for (let number = 0; number < ROUNDS; number++)
    rounds.push({ local: await round('local', 0), spread: await round('any', WORKERS) });
  const of = (read: (figures: Figures) => number) => ({
    value: median(rounds.map(({ spread }) => read(spread))),
    peer: { name: 'local', value: median(rounds.map(({ local }) => read(local))) },
  });
  const name = `${A_MINUTE.toLocaleString('en')} a minute`;
  const limit = (value: number) => ({ peer: { name: 'limit', value } });
  return [
    { name: `${name}: without success`, unit: `of ${DUE}`, ...of(({ missed }) => missed) },
    { name: `${name}: lateness, p50`, unit: 'ms', ...of(({ lateness }) => quantile(lateness, 0.5)) },
    { name: `${name}: lateness, p99`, unit: 'ms', ...of(({ lateness }) => quantile(lateness, 0.99)) },
    { name: 'CPU of the scheduler, a firing', unit: 'ms', ...of(({ scheduler }) => scheduler) },
    { name: 'CPU of all programs, Redis and commands, a firing', unit: 'ms', ...of(({ all }) => all) },
    { ...of(({ standby }) => standby.share), name: 'standby: CPU', unit: '% of one', ...limit(1) },
    { ...of(({ standby }) => standby.memory), name: 'standby: memory', unit: 'MB', ...limit(80) },
  ];
}
