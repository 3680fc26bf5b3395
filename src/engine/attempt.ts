import { Canceler, type Cancellation } from '../domain/cancellation.js';
import type { AttemptBegun, AttemptFailed, OrphanFound, RunOutput, RunStarted } from '../domain/events/index.js';
import type { Command } from '../domain/command.js';
import type { AttemptIo, Executor, OutputStream, TailLine } from '../domain/executor.js';
import type { DecidedEnding } from '../domain/fallback.js';
import { firingId, type Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import { judge, type Exit, type Outcome } from '../domain/outcome.js';
import { OutputTail } from '../domain/output-tail.js';
import { inexactNumber } from '../text/exact-number.js';
import { quoted } from '../text/quoted.js';
import { toTimestamp, type Duration, type Instant } from '../domain/time.js';
import type { Usage } from '../domain/usage.js';
import type { EngineContext } from './context.js';
import type { RunTimes } from './run-times.js';
import type { Alarm } from './timer-loop.js';

/** Facts about earlier runs of the job, for the run's command. */
export interface AttemptHistory {
  readonly previousScheduledFor: Instant | undefined;
  readonly lastSuccessAt: Instant | undefined;
}

/** An event of a run, without the fields common to all of them. */
export type RunFact<Event> = Omit<Event, 'at' | 'firing' | 'runId'>;

/** The run that an attempt belongs to. It is an interface, because `run.ts` imports this file. */
export interface AttemptOwner {
  readonly id: string;
  readonly job: Job;
  readonly firing: Firing;
  readonly history: AttemptHistory;
  /** Absent on a worker. */
  readonly times?: Pick<RunTimes, 'left' | 'started'>;
  attemptEnded(attempt: Attempt, exit: Exit): void;
  /** Runs a step; if it throws, the run fails with that error. */
  step(doing: string, work: () => void): void;
  failed(doing: string, error: unknown): void;
  emit(fact: RunFact<RunStarted> | RunFact<RunOutput> | RunFact<OrphanFound>): void;
}

export interface AttemptContext extends Pick<EngineContext, 'elapsed'> {
  readonly executor: Executor;
  drained(): Promise<void> | undefined;
  /** What happens to processes that have left the process group of a run that is being canceled. */
  readonly strayAction: 'kill' | 'keep';
}

/** What an attempt runs. */
export interface AttemptSpec {
  /** Counts from 1. */
  readonly number: number;
  readonly command: Command;
  /** The time from the nominal instant plus the job's jitter to this attempt's start. */
  readonly latenessMs: Duration;
  /** How the run will end. Present only for the fallback. */
  readonly decided?: DecidedEnding;
}

/** One attempt of a run: the input of its executor, and what the executor has reported so far. */
export class Attempt implements AttemptIo {
  readonly spec: AttemptSpec;
  readonly canceler = new Canceler();
  readonly tail = new OutputTail();
  /** `undefined` until the attempt has a process. */
  pid: number | undefined;
  /** The machine that runs it; `undefined` without a shared state. */
  node: string | undefined;
  /** `undefined` until its process has ended, and if the usage was not measured. */
  usage: Usage | undefined;
  readonly #run: AttemptOwner;
  readonly #context: AttemptContext;
  #timeout: Alarm | undefined;
  #isOver = false;
  #hasReportedNumber = false;

  constructor(run: AttemptOwner, spec: AttemptSpec, context: AttemptContext) {
    this.#run = run;
    this.#context = context;
    this.spec = spec;
  }

  get cancellation(): Cancellation {
    return this.canceler;
  }

  get env(): Readonly<Record<string, string>> {
    const { id, job, firing, history } = this.#run;
    return {
      TIMERS_TASK_NAME: job.name,
      TIMERS_RUN_ID: id,
      TIMERS_FIRING_ID: firingId(firing),
      TIMERS_SCHEDULED_AT: toTimestamp(firing.scheduledFor),
      TIMERS_ATTEMPT: String(this.spec.number),
      TIMERS_TRIGGER: firing.trigger,
      // Empty rather than absent, to hide the variable of an outer scheduler.
      TIMERS_PREVIOUS_SCHEDULED_AT: timestampOrEmpty(history.previousScheduledFor),
      TIMERS_LAST_SUCCESS_AT: timestampOrEmpty(history.lastSuccessAt),
      ...fallbackVariables(this.spec),
    };
  }

  get startWithin(): Duration | undefined {
    const { times, job } = this.#run;
    return this.spec.number > 1 || this.spec.decided !== undefined ? undefined : times?.left(job.deadline);
  }

  /** Whether its process has ended by itself, and only its last output is still being read. */
  get isEnding(): boolean {
    return this.canceler.exit !== undefined && this.canceler.cause === undefined;
  }

  /** Whether it waits for a worker. */
  get isQueued(): boolean {
    return this.spec.command.runOn !== undefined && this.pid === undefined && this.canceler.exit === undefined;
  }

  /** Runs the command. */
  execute(): void {
    const ended = this.#context.executor.execute(this.spec.command, this);
    void ended.then(
      (exit) => this.#run.step('judging', () => this.#run.attemptEnded(this, exit)),
      (error: unknown) => this.#run.failed('executing', error),
    );
  }

  /** `undefined` until its process has ended. */
  get outcome(): Outcome | undefined {
    const { exit } = this.canceler;
    return exit && this.outcomeOf(exit);
  }

  outcomeOf(exit: Exit): Outcome {
    return judge(exit, this.canceler.cause, this.spec.command);
  }

  /** Returns the pause before the next attempt; `undefined` if this was the last. */
  pauseAfter(outcome: Outcome): Duration | undefined {
    const isOver = outcome.status === 'success' || outcome.status === 'canceled';
    return isOver ? undefined : this.#run.job.retry.pauseAfter(this.spec.number, outcome);
  }

  /**
   * Returns the event that reports the failure of this attempt, with the pause before the next attempt or the fallback.
   */
  failed(outcome: Outcome, retryInMs: Duration): RunFact<AttemptFailed> {
    const { node } = this;
    const { number: attempt } = this.spec;
    return { event: 'attempt.failed', attempt, outcome, retryInMs, ...(node !== undefined && { node }) };
  }

  /** Stops its timeout. */
  stopTiming(): void {
    this.#isOver = true;
    if (this.#timeout !== undefined) this.#context.elapsed.clear(this.#timeout);
  }

  taken(node: string): void {
    this.node = node;
  }

  /** Starts its timeout, and reports that its process exists. */
  started(pid: number, forMs = 0): void {
    this.pid = pid;
    const { node } = this;
    const { number: attempt, latenessMs, decided } = this.spec;
    const { timeout } = this.#run.job;
    if (timeout !== undefined && !this.#isOver)
      this.#timeout = this.#context.elapsed.after(Math.max(0, timeout - forMs), () =>
        this.canceler.cancel({ kind: 'timeout', afterMs: timeout }),
      );
    this.#run.emit({
      event: 'run.started',
      pid,
      attempt,
      latenessMs: this.#run.times?.started(forMs, attempt) ?? latenessMs,
      ...(decided && { decided }),
      ...(node !== undefined && { node }),
    });
  }

  outputTail(lines: readonly TailLine[]): void {
    for (const { text, stream } of lines) this.tail.push(text, stream);
  }

  /** The event that reports the start of this attempt. */
  get begun(): RunFact<AttemptBegun> {
    const { number: attempt, latenessMs, decided, command } = this.spec;
    const { runOn } = command;
    return {
      event: 'attempt.begun',
      attempt,
      latenessMs,
      ...(decided && { decided }),
      ...(runOn && { label: runOn.label }),
    };
  }

  used(usage: Usage): void {
    this.usage = usage;
  }

  output(stream: OutputStream, lines: string, truncated: boolean): void {
    this.tail.push(lines, stream);
    const { output: target } = this.spec.command;
    if (target.to !== 'log') return;
    if (target.parse === undefined || truncated) this.#run.emit({ event: 'run.output', stream, lines, truncated });
    else for (const line of lines.split('\n')) this.#emitParsed(stream, line);
  }

  #emitParsed(stream: OutputStream, line: string): void {
    const data = this.#jsonOf(line);
    this.#run.emit({ event: 'run.output', stream, lines: line, truncated: false, ...(data && { data }) });
  }

  /**
   * Parses the JSON object in a line. A line with a number that parsing would change stays text. The first such line is
   * reported.
   */
  #jsonOf(line: string): Readonly<Record<string, unknown>> | undefined {
    const data = jsonObject(line);
    const number = data && inexactNumber(line);
    if (number === undefined) return data;
    if (!this.#hasReportedNumber)
      this.trouble(
        `a line with the number ${quoted(number)} is not read as JSON, because that would change the number`,
      );
    this.#hasReportedNumber = true;
    return undefined;
  }

  trouble(sentence: string): void {
    this.#run.emit({ event: 'run.output', stream: 'stderr', lines: `timers: ${sentence}`, truncated: false });
  }

  stray(pid: number): 'kill' | 'keep' {
    const action = this.#context.strayAction;
    this.#run.emit({ event: 'orphan.found', pid, action, escaped: true });
    return action;
  }

  drained(): Promise<void> | undefined {
    return this.#context.drained();
  }
}

/**
 * Returns the variables of the fallback, which say why it runs. For an attempt of the command, `TIMERS_FALLBACK` is
 * empty, to hide the variable of an outer scheduler.
 */
function fallbackVariables({ decided, number }: AttemptSpec): Readonly<Record<string, string>> {
  if (decided === undefined) return { TIMERS_FALLBACK: '' };
  const outcome = decided.kind === 'finished' ? decided.outcome : undefined;
  return {
    TIMERS_FALLBACK: decided.kind === 'finished' ? decided.outcome.status : decided.reason,
    TIMERS_ATTEMPTS: String(number - 1),
    TIMERS_EXIT_CODE: String(outcome?.exitCode ?? ''),
    TIMERS_SIGNAL: outcome?.signal ?? '',
  };
}

/** Returns the JSON object in a line; `undefined` for any other line. */
function jsonObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

const timestampOrEmpty = (instant: Instant | undefined): string => (instant === undefined ? '' : toTimestamp(instant));
