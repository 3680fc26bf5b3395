import { parseCronExpression } from 'cron-schedule';
import { TimerBasedCronScheduler } from 'cron-schedule/schedulers/timer-based.js';
import { createSystemClock } from '../src/clocks/system.js';
import type { Command } from '../src/domain/command.js';
import type { Executor } from '../src/domain/executor.js';
import type { Job } from '../src/domain/job.js';
import { Scheduler } from '../src/engine/scheduler.js';
import { createShellExecutor } from '../src/executors/shell/index.js';
import { catchUp, overlap, retry } from '../src/policies/index.js';
import { BareHeap } from './bare-heap.js';
import { median, quantile, type Result } from './result.js';

const TIMERS = 10_000;
const ROUNDS = 5;
const COMMANDS = 100;

const command: Command = {
  run: ['true'],
  shell: '/bin/sh',
  cwd: '/',
  env: {},
  successCodes: [0],
  killAfter: 10_000,
  output: { to: 'log' },
};
const shared = {
  definition: {},
  written: { key: 'at', text: '' },
  timezone: 'UTC',
  command,
  tags: [],
  enabled: true,
  runAtStart: false,
  offset: 0,
  stopGrace: 1_000,
  window: {},
  misfire: catchUp({ policy: 'none' }),
  admission: [overlap('skip')],
  retry: retry({ attempts: 1, delay: 0, factor: 1, maxDelay: 0, jitter: false }, Math.random),
};

/** They share a hidden class, as the jobs of a file do: in V8 11, `{...shared, name}` gives every object a class of its own. */
const jobsAt = (instants: readonly number[]): Job[] =>
  instants.map((due, index) => ({
    name: `t${index}`,
    schedule: { intervalLike: false, next: (after) => (after < due ? due : undefined), count: () => 0 },
    ...shared,
    command: { ...command, run: String(due) },
  }));

async function throughScheduler(instants: readonly number[], executor: Executor, concurrency?: number): Promise<void> {
  const scheduler = new Scheduler(
    {
      jobs: jobsAt(instants),
      facts: { version: '', file: '', pid: 0 },
      ...(concurrency !== undefined && { concurrency }),
    },
    {
      clock: createSystemClock(),
      executor,
      sinks: [{ name: 'none', accept: () => undefined }],
      newRunId: () => 'run',
      newMark: () => 0,
      onSinkError: (_sink, error) => {
        throw error;
      },
    },
  );
  scheduler.start();
  await scheduler.idle();
  await scheduler.stop();
}

/** Spread over one second, or all in its first millisecond. */
const spread = (start: number): number[] => Array.from({ length: TIMERS }, (_, index) => start + (index % 1_000));
const herd = (start: number): number[] => Array.from({ length: TIMERS }, () => start);

async function ours(instants: readonly number[]): Promise<number[]> {
  const lateness: number[] = [];
  const done = Promise.resolve({ kind: 'exited', code: 0 } as const);
  const execute: Executor['execute'] = (spec) => {
    lateness.push(Date.now() - Number(spec.run));
    return done;
  };
  await throughScheduler(instants, { execute });
  return lateness;
}

function bareHeap(instants: readonly number[]): Promise<number[]> {
  const heap = new BareHeap();
  const lateness: number[] = [];
  return new Promise((resolve) => {
    for (const at of instants)
      heap.add(at, () => {
        lateness.push(Date.now() - at);
        if (lateness.length === instants.length) resolve(lateness);
      });
  });
}

const nextSecond = (): number => (Math.floor(Date.now() / 1_000) + 2) * 1_000;

async function compare(name: string, instants: (start: number) => number[]): Promise<Result[]> {
  const rounds: { ours: number[]; floor: number[] }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const floor = await bareHeap(instants(nextSecond()));
    rounds.push({ floor, ours: await ours(instants(nextSecond())) });
  }
  const of = (key: 'ours' | 'floor', q: number) => median(rounds.map((round) => quantile(round[key], q)));
  const early = rounds.flatMap((round) => round.ours).filter((lateness) => lateness < 0).length;
  return [
    ...[0.5, 0.99].map((q) => ({
      name: `${name}, p${q * 100}`,
      value: of('ours', q),
      unit: 'ms late',
      peer: { name: 'bare heap', value: of('floor', q) },
    })),
    { name: `${name}, early`, value: early, unit: 'of all' },
  ];
}

/** What a user would write with cron-schedule for {@link TIMERS} timers of one instant. */
function cronSchedule(due: number): Promise<number[]> {
  const at = new Date(due);
  const expression = parseCronExpression(`${at.getSeconds()} ${at.getMinutes()} ${at.getHours()} * * *`);
  const lateness: number[] = [];
  return new Promise((resolve) => {
    const handles = herd(due).map(() =>
      TimerBasedCronScheduler.setInterval(expression, () => {
        if (lateness.push(Date.now() - due) < TIMERS) return;
        for (const handle of handles) TimerBasedCronScheduler.clearTimeoutOrInterval(handle);
        resolve(lateness);
      }),
    );
  });
}

async function besideCronSchedule(name: string): Promise<Result> {
  const [own, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(quantile(await cronSchedule(nextSecond()), 0.99));
    own.push(quantile(await ours(herd(nextSecond())), 0.99));
  }
  const peer = { name: 'cron-schedule', value: median(theirs) };
  return { name: `${name}, p99`, value: median(own), unit: 'ms late', peer };
}

async function realCommands(): Promise<Result> {
  const starts: number[] = [];
  const shell = createShellExecutor({ clock: createSystemClock(), environment: process.env });
  const due = nextSecond();
  const execute: Executor['execute'] = (spec, io) => {
    starts.push(Date.now() - due);
    return shell.execute(spec, io);
  };
  await throughScheduler(
    Array.from({ length: COMMANDS }, () => due),
    { execute },
    8,
  );
  return { name: `${COMMANDS} commands due at once, 8 at a time, p50`, value: quantile(starts, 0.5), unit: 'ms late' };
}

/**
 * How late 10,000 one-second timers are, through the whole engine with an executor that does nothing; and how late real
 * commands are.
 */
export async function run(): Promise<Result[]> {
  const name = TIMERS.toLocaleString('en');
  return [
    ...(await compare(`${name} timers spread over a second`, spread)),
    ...(await compare(`${name} timers of one instant`, herd)),
    await besideCronSchedule(`${name} timers of one instant`),
    await realCommands(),
  ];
}
