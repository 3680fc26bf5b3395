import { buildAdHoc, type AdHocDefinition, type TimerFile } from '../config/index.js';
import { RefusalError } from '../control/index.js';
import { MOST_AD_HOC, type AdHocRequest, type AdHocTimer } from '../domain/ad-hoc.js';
import { commandLine } from '../domain/command.js';
import type { Job } from '../domain/job.js';
import type { Duration, Instant } from '../domain/time.js';
import type { Scheduler } from '../engine/scheduler.js';
import { formatLocal, isTimeZone, wrongTimeZone } from '../schedules/index.js';
import { chance, thisMachine } from '../this-machine.js';
import { readUpcomingTime } from './upcoming-time.js';

interface Parts {
  /** The timer file as last loaded. */
  readonly file: () => TimerFile;
  readonly scheduler: () => Scheduler;
}

/** The timers that clients add to a running scheduler. */
export class AdHocTimers {
  readonly #around: Parts;

  constructor(around: Parts) {
    this.#around = around;
  }

  /** Accepts a timer. @throws RefusalError with the reason. */
  add(request: AdHocRequest): AdHocTimer {
    const scheduler = this.#around.scheduler();
    if (scheduler.adHoc >= MOST_AD_HOC)
      throw new RefusalError(
        'busy',
        `there are ${MOST_AD_HOC} ad-hoc timers already; cancel some, or put them into the timer file`,
      );
    const { when, run, timeout, description, cwd } = request;
    const now = scheduler.now();
    const timezone = ('at' in when ? when.timezone : undefined) ?? this.#around.file().settings.timezone;
    if (!isTimeZone(timezone)) throw new RefusalError('bad_argument', unknownZone(timezone));
    const name = this.#newName('in' in when ? 'in' : 'at');
    const build = (at: Instant) =>
      this.#build(name, {
        at: formatLocal(at, timezone),
        timezone,
        run,
        // Left out by default, so that each machine of a shared state uses the folder of its own timer file.
        ...(cwd !== undefined && { cwd }),
        ...(timeout !== undefined && { timeout }),
        ...(description !== undefined && { description }),
      });
    const due = 'in' in when ? Math.floor(now) + when.in : readUpcomingTime(when.at, { now, timezone });
    const job = build(due);
    scheduler.controls.put(job);
    return { name, due, timezone, command: commandLine(job.command), cwd: job.command.cwd };
  }

  /**
   * Makes a pending timer due after `length`, and returns when it is due. @throws RefusalError if it is already due.
   */
  move(name: string, length: Duration): Instant {
    const scheduler = this.#around.scheduler();
    const { job, next } = scheduler.controls.status().jobs.find((status) => status.job.name === name) ?? {};
    if (job?.adHoc === undefined || next === undefined)
      throw new RefusalError('nothing_to_reset', `${name} is already due; add it again with timers in`);
    const due = Math.floor(scheduler.now()) + length;
    const definition = JSON.parse(job.adHoc) as AdHocDefinition;
    scheduler.controls.put(this.#build(name, { ...definition, at: formatLocal(due, definition.timezone) }));
    return due;
  }

  #build(name: string, definition: AdHocDefinition): Job {
    const machine = thisMachine(this.#around.scheduler().now());
    const { job, problems } = buildAdHoc(name, definition, { file: this.#around.file(), machine });
    const error = problems.find(({ severity }) => severity === 'error');
    if (job !== undefined && error === undefined) return job;
    const { message = 'it has no time or no command', hint } = error ?? {};
    throw new RefusalError('bad_argument', `${message}${hint === undefined ? '' : ` ${hint}`}`);
  }

  #newName(kind: 'in' | 'at'): string {
    for (;;) {
      const name = `${kind}:${Array.from({ length: 5 }, letter).join('')}`;
      if (this.#around.scheduler().job(name) === undefined) return name;
    }
  }
}

function unknownZone(name: string): string {
  const { message, hint } = wrongTimeZone(name);
  return `timezone: ${message} ${hint()}`;
}

/** Characters that are easy to read and type: no two look alike. */
const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz';
const letter = (): string => LETTERS.charAt(Math.floor(chance() * LETTERS.length));
