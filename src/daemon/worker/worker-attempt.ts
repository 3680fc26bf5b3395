import type { Clock } from '../../domain/clock.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { AttemptIo, Executor } from '../../domain/executor.js';
import type { Firing, Trigger } from '../../domain/firing.js';
import type { Job } from '../../domain/job.js';
import type { Exit } from '../../domain/outcome.js';
import { Attempt, type AttemptOwner } from '../../engine/attempt.js';
import { TimerLoop } from '../../engine/timer-loop.js';
import type { RunningWork, Work, WorkResult } from '../../executors/queue/index.js';

/** What all attempts of a worker share. */
export interface WorkerAttempts {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly node: string;
  readonly strayAction: 'kill' | 'keep';
  readonly emit: (event: TimerEvent) => void;
  readonly drained: () => Promise<void> | undefined;
  /** Called before the executor asks whether this worker still holds the attempt. */
  readonly began: (io: AttemptIo, work: Work) => void;
  readonly ended: (io: AttemptIo) => void;
}

/** Runs an attempt of a job. The facts come from the queue, the command from the job. */
export function runAttempt(job: Job, work: Work, parts: WorkerAttempts): RunningWork {
  const { clock, executor, node, strayAction, drained } = parts;
  const { env } = work.order;
  const firing = firingOf(job.name, env);
  const { TIMERS_RUN_ID: runId = '', TIMERS_ATTEMPT: number } = env;
  const emit = (fact: object) => parts.emit({ at: clock.now(), firing, runId, ...fact } as TimerEvent);
  const owner: AttemptOwner = {
    id: runId,
    job: withoutTimeout(job),
    firing,
    history: { previousScheduledFor: undefined, lastSuccessAt: undefined },
    emit: (fact) => emit(fact.event === 'run.output' ? { ...fact, node } : fact),
    // The attempt is only a source of facts here: this file runs and ends it.
    attemptEnded: () => undefined,
    step: (_, act) => act(),
    failed: () => undefined,
  };
  const latenessMs = Math.max(0, clock.now() - firing.scheduledFor);
  const elapsed = new TimerLoop(clock, () => clock.monotonic());
  const spec = { number: Number(number), command: job.command, latenessMs };
  const attempt = new Attempt(owner, spec, { elapsed, executor, drained, strayAction });
  attempt.taken(node);
  let start: WorkResult['start'];
  const io: AttemptIo = {
    env: {
      // Empty, as with a scheduler: a worker never runs a fallback.
      TIMERS_FALLBACK: '',
      // A timer's own variables take precedence over the scheduler's trace.
      ...Object.fromEntries(Object.entries(env).filter(([name]) => !(name in job.command.env))),
    },
    cancellation: attempt.cancellation,
    started(pid) {
      start = { node, pid, startedAt: clock.now() };
      attempt.started(pid);
      work.started(start);
    },
    output: (stream, text, isTruncated) => attempt.output(stream, text, isTruncated),
    trouble: (sentence) => attempt.trouble(sentence),
    used: (usage) => attempt.used(usage),
    stray: (pid) => attempt.stray(pid),
    drained,
  };
  const begun = clock.monotonic();
  const tell = (exit: Exit): WorkResult => {
    parts.ended(io);
    const durationMs = Math.round(clock.monotonic() - begun);
    emit({ event: 'attempt.ended', attempt: attempt.spec.number, node, exit, durationMs });
    const { usage, tail } = attempt;
    return { exit, node, tail: tail.lines, ...(start && { start }), ...(usage && { usage }) };
  };
  parts.began(io, work);
  return { canceler: attempt.canceler, ended: executor.execute(job.command, io).then(tell) };
}

/** Removes the timeout, because the scheduler decides when an attempt has taken too long. */
function withoutTimeout({ timeout, ...job }: Job): Job {
  return timeout === undefined ? job : { ...job };
}

const TRIGGERS: ReadonlySet<string> = new Set<Trigger>(['schedule', 'catch_up', 'manual', 'start']);

function firingOf(jobName: string, env: Readonly<Record<string, string>>): Firing {
  const { TIMERS_SCHEDULED_AT: at = '', TIMERS_FIRING_ID: id = '', TIMERS_TRIGGER: trigger = '' } = env;
  return {
    jobName,
    scheduledFor: Date.parse(at),
    trigger: TRIGGERS.has(trigger) ? (trigger as Trigger) : 'schedule',
    generation: Number(/~(\d{1,15})$/.exec(id)?.[1] ?? 0),
  };
}
