import type { Clock } from '../../domain/clock.js';
import type { OriginRecord } from '../../domain/status-record.js';
import { toTimestamp, type Cancel, type Duration, type Instant } from '../../domain/time.js';
import { reportBug } from '../../engine/context.js';
import type { Scheduler } from '../../engine/scheduler.js';
import type { Reading, Reloader } from '../reloader.js';
import type { Fetched } from './fetch-version.js';
import type { Version } from './copy.js';
import { problemOf, type Origin } from './origin.js';

export interface WatchContext {
  readonly clock: Clock;
  readonly reloader: Reloader;
  readonly scheduler: () => Scheduler;
}

/**
 * Loads each new version of a timer file from its server while the scheduler runs. A version is checked completely
 * before it is used, and by then its copy is on disk. While the server is unreachable, or has a file with errors, the
 * last good version stays in use. Requests never delay a timer.
 */
export class OriginWatch {
  readonly #origin: Origin;
  readonly #context: WatchContext;
  #disarm: Cancel = () => undefined;
  /** The pause before the next request. */
  #every: Duration;
  /** How long the server asked to wait. */
  #pause: Duration = 0;
  #isStopped = false;
  #away: { readonly since: Instant; readonly reason: string } | undefined;
  /** Why the server's file was rejected. */
  #refusal: Reading | undefined;
  /** The last request. Only one is made at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(origin: Origin, context: WatchContext) {
    this.#origin = origin;
    this.#every = origin.firstPause;
    this.#context = context;
  }

  /** Call it once the scheduler has started. */
  start(): void {
    this.#settleLater(() => this.#origin.first);
  }

  stop(): void {
    this.#isStopped = true;
    this.#disarm();
    this.#origin.stop();
  }

  /** Resolves when the pending request, if any, is done. Never rejects. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Asks the server now, and returns the result. Rejects only because of a bug. */
  refresh(): Promise<Reading> {
    return this.#inTurn(async () => {
      const fetched = await this.#origin.fetch();
      const reading = await this.#settle(fetched);
      if (reading !== undefined) return reading;
      if (fetched.kind === 'unreachable') return this.#invalid(fetched);
      return this.#refusal ?? this.#context.reloader.reload();
    });
  }

  /** The source of the timer file, under public names. */
  get record(): OriginRecord {
    const { etag, confirmedAt } = this.#origin.kept ?? {};
    return {
      url: this.#origin.shown,
      etag: etag ?? null,
      confirmed_at: toTimestamp(confirmedAt ?? 0),
      unreachable_since: this.#away === undefined ? null : toTimestamp(this.#away.since),
      reason: this.#away?.reason ?? null,
    };
  }

  /** Time since the server last confirmed the file in use. */
  get age(): Duration {
    const now = this.#context.scheduler().now();
    return Math.max(0, now - (this.#origin.kept?.confirmedAt ?? now));
  }

  #inTurn<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    this.#disarm();
    const asked = this.#last.then(ask);
    this.#last = asked
      .catch((error: unknown) => reportBug(this.#context.scheduler(), `loading ${this.#origin.shown}`, error))
      .then(() => this.#arm());
    return asked;
  }

  #arm(): void {
    this.#disarm();
    if (this.#isStopped) return;
    const pause = Math.max(this.#every, this.#pause);
    this.#every = this.#origin.every;
    this.#disarm = this.#context.clock.after(pause, () => this.#settleLater(() => this.#origin.fetch()));
  }

  #settleLater(fetch: () => Promise<Fetched>): void {
    void this.#inTurn(async () => this.#settle(await fetch())).catch(() => undefined);
  }

  /**
   * Handles a result. Returns how a new version was read or why it was rejected; `undefined` if the server has nothing
   * new.
   */
  async #settle(fetched: Fetched): Promise<Reading | undefined> {
    if (this.#isStopped) return undefined;
    this.#pause = fetched.kind === 'unreachable' ? (fetched.pause ?? 0) : 0;
    if (fetched.kind === 'unreachable') {
      this.#lose(fetched.reason);
      return undefined;
    }
    this.#find();
    if (fetched.kind === 'refused') return this.#refuse(this.#invalid(fetched));
    if (fetched.kind === 'version' && !this.#origin.hasSeen(fetched.version)) return this.#load(fetched.version);
    if (this.#origin.isCurrent) await this.#origin.confirm(this.#context.scheduler().now());
    return undefined;
  }

  async #load(version: Version): Promise<Reading> {
    const { reloader, scheduler } = this.#context;
    const reading = await reloader.reload({
      shown: this.#origin.shown,
      bytes: version.bytes,
      etag: version.etag,
      keep: () => this.#origin.keep(version, scheduler().now()),
      // A different text with the same error is reported; a disk that is still full is not.
      isRepeated: (rejection) => rejection.problems[0]?.code === 'file-not-kept' && this.#isKnown(rejection),
    });
    this.#refusal = reading.valid ? undefined : reading;
    return reading;
  }

  /** Rejects the server's file. A rejection that repeats with every request is reported once. */
  #refuse(reading: Reading & { readonly valid: false }): Reading {
    if (!this.#isKnown(reading)) this.#context.reloader.reject(reading);
    this.#refusal = reading;
    return reading;
  }

  #isKnown({ problems }: Reading & { readonly valid: false }): boolean {
    const known = this.#refusal;
    return known?.valid === false && known.problems[0]?.message === problems[0]?.message;
  }

  #invalid(fetched: Parameters<typeof problemOf>[0]): Reading & { readonly valid: false } {
    const { shown } = this.#origin;
    return { valid: false, file: shown, problems: [problemOf(fetched, shown)], source: '' };
  }

  #lose(reason: string): void {
    const scheduler = this.#context.scheduler();
    const at = scheduler.now();
    if (this.#away === undefined)
      scheduler.emit({ event: 'config.unreachable', at, url: this.#origin.shown, since: at, reason });
    this.#away = { since: this.#away?.since ?? at, reason };
  }

  #find(): void {
    if (this.#away === undefined) return;
    const scheduler = this.#context.scheduler();
    const { since } = this.#away;
    this.#away = undefined;
    scheduler.emit({ event: 'config.reachable', at: scheduler.now(), url: this.#origin.shown, since });
  }
}
