import { toRecord } from '../../src/domain/record.js';
import type { AttemptIo, Executor } from '../../src/domain/executor.js';
import type { Command } from '../../src/domain/command.js';
import { levelOf, type TimerEvent } from '../../src/domain/events/index.js';
import type { Job } from '../../src/domain/job.js';
import type { Exit } from '../../src/domain/outcome.js';
import type { Ledger } from '../../src/domain/ledger.js';
import type { Orphans } from '../../src/domain/orphans.js';
import type { Sink } from '../../src/domain/sink.js';
import type { Schedule } from '../../src/domain/schedule.js';
import type { Cancel, Duration, Instant } from '../../src/domain/time.js';
import type { Companion, FirstPlan } from '../../src/engine/scheduler-parts.js';
import { Scheduler } from '../../src/engine/scheduler.js';
import { MARKS_FROM } from '../../src/domain/firing.js';
import { catchUp, overlap, retry } from '../../src/policies/index.js';
import { FakeClock } from './fake-clock.js';

/** A fixed grid: epoch + n·interval. */
export const everyMs = (interval: Duration): Schedule => ({
  intervalLike: true,
  next: (after) => (Math.floor(after / interval) + 1) * interval,
  count: (after, until) => Math.max(0, Math.floor(until / interval) - Math.floor(after / interval)),
});

/** Fixed times, as a `cron` with a fixed hour or an `at` has them. */
export const atInstants = (...texts: readonly (string | Instant)[]): Schedule => {
  const instants = texts.map((text) => (typeof text === 'string' ? Date.parse(text) : text));
  return {
    intervalLike: false,
    next: (after) => instants.find((instant) => instant > after),
    count: (after, until) => instants.filter((instant) => instant > after && instant <= until).length,
  };
};

const command: Command = {
  run: 'true',
  shell: '/bin/sh',
  cwd: '/',
  env: {},
  successCodes: [0],
  killAfter: 10_000,
  output: { to: 'log' },
};

/** A job with the defaults of the file format. */
export const job = (name: string, schedule: Schedule, more: Partial<Job> = {}): Job => ({
  name,
  schedule,
  definition: {},
  written: { key: 'test', text: 'test' },
  timezone: 'UTC',
  command,
  tags: [],
  enabled: true,
  runAtStart: false,
  offset: 0,
  stopGrace: 8_000,
  window: {},
  misfire: catchUp({ policy: 'none' }),
  admission: [overlap('skip')],
  retry: retry({ attempts: 1, delay: 0, factor: 1, maxDelay: 0, jitter: false }, () => 0),
  ...more,
});

/** One attempt controlled by the test. */
export interface FakeAttempt {
  readonly io: AttemptIo;
  readonly env: Readonly<Record<string, string>>;
  /** Ends its process; its output is still read. */
  exit(exit?: Exit | number): void;
  end(exit?: Exit | number): void;
}

/**
 * Runs nothing: every attempt waits for the test, or ends after `lasting` ms of the fake clock. Ends canceled attempts
 * by signal.
 */
export class FakeExecutor implements Executor {
  readonly attempts: FakeAttempt[] = [];
  /** The machine of a shared state that has the attempts. */
  node: string | undefined;
  /** Whether attempts wait for a worker, and the test starts them. */
  isQueue = false;
  /** How long attempts last; `undefined`: until the test ends them. */
  lasting: Duration | undefined;
  exits: (env: Readonly<Record<string, string>>) => Exit = () => ({ kind: 'exited', code: 0 });
  /** What attempts do when canceled: end immediately, or when forced. */
  obedience: 'term' | 'kill' | 'never' = 'term';
  /** Called when an attempt is requested. */
  onExecute: (env: Readonly<Record<string, string>>) => void = () => undefined;
  /** Whether the scheduler has died: it starts nothing any longer. */
  isDead: () => boolean = () => false;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  execute(_command: Command, io: AttemptIo): Promise<Exit> {
    if (this.isDead()) return new Promise(() => undefined);
    this.onExecute(io.env);
    return new Promise((resolve) => {
      let disarm: Cancel = () => undefined;
      const exit = (how: Exit | number = 0): Exit => {
        disarm();
        const exited = typeof how === 'number' ? ({ kind: 'exited', code: how } as const) : how;
        io.cancellation.seal(exited);
        return exited;
      };
      const end = (how?: Exit | number) => resolve(exit(how));
      this.attempts.push({ io, env: io.env, exit, end });
      if (this.node !== undefined) io.taken?.(this.node);
      if (!this.isQueue) io.started(this.attempts.length);
      if (this.lasting !== undefined) disarm = this.#clock.after(this.lasting, () => end(this.exits(io.env)));
      io.cancellation.onChange(() => {
        const ends = this.obedience === 'term' || (this.obedience === 'kill' && io.cancellation.isForced);
        if (ends) end({ kind: 'signaled', signal: io.cancellation.isForced ? 'SIGKILL' : 'SIGTERM' });
      });
    });
  }
}

export interface RigOptions extends Omit<FirstPlan, 'jobs' | 'facts'> {
  readonly start?: string;
  readonly ledger?: Ledger;
  readonly finder?: Orphans;
  /** The prefix of run ids: those of one scheduler differ from those of another. */
  readonly life?: string;
  readonly clock?: FakeClock;
  /** Listeners in addition to the rig's own. */
  readonly sinks?: readonly Sink[];
  readonly companions?: readonly Companion[];
  /** Default: fails the test. */
  readonly onSinkError?: (sink: string, error: unknown) => void;
}

/** A scheduler on a fake clock with a fake executor, whose events the test reads as text. */
export class Rig {
  readonly clock: FakeClock;
  readonly executor: FakeExecutor;
  readonly scheduler: Scheduler;
  readonly events: TimerEvent[] = [];
  #runs = 0;
  #marks = MARKS_FROM;

  constructor(jobs: readonly Job[], options: RigOptions = {}) {
    const { start, ledger, finder, clock, life = 'run', sinks = [], companions, onSinkError, ...plan } = options;
    this.clock = clock ?? new FakeClock(start);
    this.executor = new FakeExecutor(this.clock);
    this.scheduler = new Scheduler(
      { jobs, facts: { version: '0', file: 'timers.yaml', pid: 1 }, ...plan },
      {
        clock: this.clock,
        executor: this.executor,
        sinks: [{ name: 'rig', accept: (event) => void this.events.push(event) }, ...sinks],
        ...(ledger && { ledger }),
        ...(finder && { orphans: finder }),
        newRunId: () => `${life}-${++this.#runs}`,
        newMark: () => ++this.#marks,
        ...(companions && { companions }),
        onSinkError:
          onSinkError ??
          ((sink, error) => {
            throw new Error(`sink ${sink}`, { cause: error });
          }),
      },
    );
  }

  /**
   * What happened since the last call, one line per event: `00:00:10.000 run.started tick@00:00:10.000`. Lines of the
   * log at level debug are left out.
   */
  story(): string {
    return this.events
      .splice(0)
      .filter((event) => levelOf(event) !== 'debug')
      .map(tell)
      .join('\n');
  }
}

const timeOf = (timestamp: unknown): string => String(timestamp).slice(11, -1);

function tell(event: TimerEvent): string {
  const { event: name, task_name: task, scheduled_at: scheduledAt, ...facts } = toRecord(event);
  const firing =
    typeof task !== 'string' ? '' : ` ${task}${scheduledAt === undefined ? '' : `@${timeOf(scheduledAt)}`}`;
  return `${timeOf(new Date(event.at).toISOString())} ${name}${firing}${tellFacts(facts)}`;
}

const UNTOLD = new Set([
  'firing_id',
  'run_id',
  'version',
  'file',
  'pid',
  'success',
  'exit_code',
  'status',
  'uptime_ms',
]);

function tellFacts(facts: Readonly<Record<string, unknown>>): string {
  const status =
    facts['event'] === 'run.finished' || facts['attempts'] !== undefined || facts['retry_in_ms'] !== undefined
      ? [facts['status']]
      : [];
  const told = Object.entries(facts)
    .filter(([key, value]) => !UNTOLD.has(key) && value !== null && !isDefault(key, value))
    .map(([key, value]) => `${key}=${key.endsWith('_at') ? timeOf(value) : String(value)}`);
  return [...status, ...told].map((fact) => ` ${String(fact)}`).join('');
}

const isDefault = (key: string, value: unknown): boolean =>
  (key === 'trigger' && value === 'schedule') ||
  (key === 'lateness_ms' && value === 0) ||
  (key === 'failures' && value === 0) ||
  (key === 'cooldown_ms' && value === 0) ||
  (key === 'attempts' && value === 1) ||
  (key === 'attempt' && value === 1);
