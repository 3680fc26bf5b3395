import type { ServerResponse } from 'node:http';
import type { LiveChange, LiveStatus, LiveTimer } from '../domain/api-record.js';
import type { Clock } from '../domain/clock.js';
import type { Job } from '../domain/job.js';
import type { SchedulerStatus } from '../domain/controls.js';
import { entryOf, jobNameOf, type TimerEvent } from '../domain/events/index.js';
import type { Sink } from '../domain/sink.js';
import type { RecentPast } from '../domain/recent-outcome.js';
import { toRecentRecord, type StatusRecord } from '../domain/status-record.js';
import { SECOND, toTimestamp, type Cancel, type Duration } from '../domain/time.js';
import { EventStream } from './event-stream.js';

/** How long changes are collected; longer if sending takes long, so that it uses at most a tenth of the time. */
const BETWEEN_CHANGES: Duration = 500;
const SHARE = 10;
/** A client that reads nothing for this long is dropped. */
const PATIENCE: Duration = 30 * SECOND;
/** At most this many timers are shown, the first ones of the file. */
const MOST_TIMERS = 5_000;
/** How many outcomes of a timer are shown as a strip. */
const STRIP = 12;
/** At most this many timers are described in one turn of the event loop. */
const AT_ONCE = 10;

export interface LiveOptions {
  readonly clock: Clock;
  readonly status: () => SchedulerStatus;
  readonly toRecord: (status: SchedulerStatus) => StatusRecord;
  readonly recent: RecentPast;
  /** Resolves in a later turn of the event loop. */
  readonly turn: () => Promise<void>;
  readonly canAct: boolean;
}

/**
 * A client, and what has changed since its last update: names of timers, never messages. So a slow client costs no more
 * than a fast one.
 */
interface Client {
  readonly stream: EventStream;
  behind: Set<string> | 'everything';
  takenAt: Duration;
}

/** Sends every client the status of the scheduler, then each change. */
export class Live implements Sink {
  readonly name = 'page';
  readonly #options: LiveOptions;
  readonly #clients = new Set<Client>();
  readonly #worded = new WeakSet<Job>();
  #disarm: Cancel = () => undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  accept(event: TimerEvent): void {
    if (this.#clients.size === 0 || event.event === 'run.output') return;
    const name = jobNameOf(event);
    const concernsAll = entryOf(event).concerns === 'every timer';
    for (const client of this.#clients) {
      if (concernsAll) client.behind = 'everything';
      else if (name !== undefined && client.behind !== 'everything') client.behind.add(name);
    }
  }

  /** The current state of the scheduler. */
  async status(): Promise<LiveStatus> {
    await this.#lookUp();
    return this.#everything();
  }

  /** Sends to one more client, until it disconnects. */
  async connect(response: ServerResponse): Promise<void> {
    const { clock } = this.#options;
    const stream = new EventStream(response, clock);
    const client: Client = { stream, behind: 'everything', takenAt: clock.monotonic() };
    stream.onClose(() => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#disarm();
    });
    await this.#lookUp();
    if (response.destroyed) return;
    this.#clients.add(client);
    if (this.#clients.size === 1) this.#arm(BETWEEN_CHANGES);
    this.#bring(client, new Map());
  }

  /**
   * Prepares the report of every timer, a few in each turn of the event loop. The first report needs their past and
   * their schedules in words.
   */
  async #lookUp(): Promise<void> {
    const { recent, toRecord, turn } = this.#options;
    const status = this.#options.status();
    const shown = status.jobs.slice(0, MOST_TIMERS);
    await recent.recall(shown.map(({ job }) => job.name));
    const unworded = shown.filter(({ job }) => !this.#worded.has(job));
    for (let index = 0; index < unworded.length; index += AT_ONCE) {
      const some = unworded.slice(index, index + AT_ONCE);
      toRecord({ ...status, jobs: some });
      for (const { job } of some) this.#worded.add(job);
      await turn();
    }
  }

  #arm(delay: Duration): void {
    this.#disarm();
    this.#disarm = this.#options.clock.after(delay, () => this.#tell());
  }

  #tell(): void {
    const { clock } = this.#options;
    const began = clock.monotonic();
    const written = new Map<string, string>();
    try {
      for (const client of this.#clients) this.#bring(client, written);
    } finally {
      if (this.#clients.size > 0) this.#arm(Math.max(BETWEEN_CHANGES, SHARE * (clock.monotonic() - began)));
    }
  }

  /**
   * Updates a client, unless it is still reading the previous update. `written` is shared by the clients of one round.
   */
  #bring(client: Client, written: Map<string, string>): void {
    const now = this.#options.clock.monotonic();
    if (client.stream.isClogged) {
      if (now - client.takenAt > PATIENCE) client.stream.drop();
      return;
    }
    client.takenAt = now;
    const { behind } = client;
    if (behind === 'everything')
      client.stream.send(
        'status',
        once(written, '', () => JSON.stringify(this.#everything())),
      );
    else if (behind.size > 0) client.stream.send('change', this.#changeOf(behind, written));
    client.behind = new Set();
  }

  #everything(): LiveStatus {
    const status = this.#options.status();
    const { timers, ...rest } = this.#options.toRecord({ ...status, jobs: status.jobs.slice(0, MOST_TIMERS) });
    return {
      ...rest,
      can_act: this.#options.canAct,
      left_out: status.jobs.length - timers.length,
      timers: timers.map((timer) => this.#withRecent(timer)),
    };
  }

  #changeOf(names: ReadonlySet<string>, written: Map<string, string>): string {
    const status = this.#options.status();
    const jobs = status.jobs.slice(0, MOST_TIMERS).filter(({ job }) => names.has(job.name));
    const timers = jobs.map((job) =>
      once(written, job.job.name, () => {
        const [timer] = this.#options.toRecord({ ...status, jobs: [job] }).timers;
        return JSON.stringify(timer && this.#withRecent(timer));
      }),
    );
    const head: Omit<LiveChange, 'timers'> = {
      now: toTimestamp(status.at),
      is_stopping: status.isStopping,
      armed: status.armed,
    };
    return `${JSON.stringify(head).slice(0, -1)},"timers":[${timers.join(',')}]}`;
  }

  #withRecent(timer: StatusRecord['timers'][number]): LiveTimer {
    const recent = this.#options.recent.of(timer.task_name, STRIP);
    const last = recent.at(-1);
    return {
      ...timer,
      recent: recent.map(({ status }) => status),
      last: last === undefined ? null : toRecentRecord(last),
    };
  }
}

function once(written: Map<string, string>, key: string, write: () => string): string {
  const known = written.get(key) ?? write();
  written.set(key, known);
  return known;
}
