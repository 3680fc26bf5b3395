import { RefusalError } from '../../control/index.js';
import type { Clock } from '../../domain/clock.js';
import type { JobStatus } from '../../domain/controls.js';
import type { StatusRecord, TimerRecord } from '../../domain/status-record.js';
import { SECOND, type Cancel, type Duration } from '../../domain/time.js';

/** The pause between two requests while a client watches. */
const BETWEEN_LOOKS: Duration = 2 * SECOND;
/** How many recent outcomes of each timer are requested: as many as the page shows. */
const RECENT = 12;

interface ActiveParts {
  readonly clock: Clock;
  /** Asks the active machine for its status; `undefined` while this machine is the active one, or knows no other. */
  readonly ask: (args: Readonly<Record<string, unknown>>) => Promise<unknown> | undefined;
}

/** The status of the active machine, as a standby machine knows it. */
export class ActiveStatus {
  readonly #parts: ActiveParts;
  readonly #timers = new Map<string, { readonly timer: TimerRecord; readonly at: number }>();
  #latest: StatusRecord | undefined;
  #changed: Set<string> | 'everything' = new Set();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(parts: ActiveParts) {
    this.#parts = parts;
  }

  /**
   * The status as of the last response; `undefined` while this machine is the active one, or has received no response.
   */
  get latest(): StatusRecord | undefined {
    return this.#latest && { ...this.#latest, timers: Array.from(this.#timers.values(), aged(this.#latest)) };
  }

  /** Returns the names of timers that have changed since the last call. */
  takeChanged(): ReadonlySet<string> | 'everything' {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Returns the timers of this machine's file, with the next firings of the active machine. */
  armed(jobs: readonly JobStatus[]): readonly JobStatus[] {
    if (this.#latest === undefined) return jobs;
    return jobs.map((status) => {
      const next = this.#timers.get(status.job.name)?.timer.next_at;
      return next == null ? status : { ...status, next: Date.parse(next) };
    });
  }

  /** Asks again, at most every 2 s. Resolves after at most `patience`. Rejects only for bugs. */
  async look(patience: Duration): Promise<void> {
    const { clock } = this.#parts;
    if (this.#looking === undefined && clock.monotonic() - this.#lookedAt < BETWEEN_LOOKS) return;
    this.#looking ??= this.#ask().finally(() => (this.#looking = undefined));
    let disarm: Cancel = () => undefined;
    const over = new Promise<void>((resolve) => (disarm = clock.after(patience, resolve)));
    await Promise.race([this.#looking, over]).finally(() => disarm());
  }

  async #ask(): Promise<void> {
    this.#lookedAt = this.#parts.clock.monotonic();
    const since = this.#latest?.revision;
    try {
      const asked = this.#parts.ask({ recent: RECENT, ...(since !== undefined && { since }) });
      if (asked === undefined) this.#forget();
      else this.#take((await asked) as StatusRecord);
    } catch (error) {
      // The active machine may be gone; its last status is shown until the next one responds.
      if (!(error instanceof RefusalError)) throw error;
    }
  }

  #forget(): void {
    if (this.#latest === undefined) return;
    this.#latest = undefined;
    this.#timers.clear();
    this.#changed = 'everything';
  }

  #take(record: StatusRecord): void {
    const { partial = false, now, timers } = record;
    if (partial && record.shared?.fence !== this.#latest?.shared?.fence) {
      // Revisions of another machine mean nothing here.
      this.#forget();
      return;
    }
    if (!partial) this.#timers.clear();
    for (const timer of timers) this.#timers.set(timer.task_name, { timer, at: Date.parse(now) });
    this.#latest = record;
    this.#note(partial ? timers.map(({ task_name: name }) => name) : 'everything');
  }

  #note(changed: readonly string[] | 'everything'): void {
    if (changed === 'everything') this.#changed = changed;
    else if (this.#changed !== 'everything') for (const name of changed) this.#changed.add(name);
  }
}

/** Advances the duration of runs between two responses. */
const aged =
  ({ now }: StatusRecord) =>
  ({ timer, at }: { readonly timer: TimerRecord; readonly at: number }): TimerRecord => {
    const since = Date.parse(now) - at;
    if (since <= 0 || timer.runs.length === 0) return timer;
    return { ...timer, runs: timer.runs.map((run) => ({ ...run, elapsed_ms: run.elapsed_ms + since })) };
  };
