import type { ServerResponse } from 'node:http';
import type { LiveChange, LiveStatus, LiveTimer } from '../domain/api-record.js';
import type { Clock } from '../domain/clock.js';
import type { Job } from '../domain/job.js';
import type { SchedulerStatus } from '../domain/controls.js';
import { entryOf, jobNameOf, type TimerEvent } from '../domain/events/index.js';
import { RemovedTimers } from '../domain/removed-timers.js';
import type { Sink } from '../domain/sink.js';
import type { RecentPast } from '../domain/recent-outcome.js';
import { toRecentRecord, type StatusRecord, type TimerRecord } from '../domain/status-record.js';
import { SECOND, toTimestamp, type Cancel, type Duration } from '../domain/time.js';
import { EventStream } from './event-stream.js';

/**
 * How long changes are collected. If sending takes long, they are collected for longer, so that sending uses at most a
 * tenth of the time.
 */
const BETWEEN_CHANGES: Duration = 500;
const SHARE = 10;
/** A client that reads nothing for this long is dropped. */
const PATIENCE: Duration = 30 * SECOND;
/** At most this many timers are shown, the first ones of the file. */
const MOST_TIMERS = 5_000;
/** How many outcomes of a timer are shown as a strip. */
const STRIP = 12;
/** The interval between two reports of the machines of a shared state. */
const BETWEEN_MACHINES: Duration = 2 * SECOND;
/** How long a new client waits for the active machine of a shared state. */
const ACTIVE_PATIENCE: Duration = 2 * SECOND;
/** At most this many timers are described in one turn of the event loop. */
const AT_ONCE = 10;

/** What a standby machine knows about the active one. */
export interface ActiveMachine {
  /** The status of the active machine; `undefined` while this machine is the active one, or has received no status. */
  readonly latest: StatusRecord | undefined;
  /** Updates {@link latest}. Resolves after at most `patience`. */
  look(patience: Duration): Promise<void>;
  /** Returns the names of timers that have changed since the last call. */
  takeChanged(): ReadonlySet<string> | 'everything';
}

export interface LiveOptions {
  readonly clock: Clock;
  readonly status: () => SchedulerStatus;
  readonly toRecord: (status: SchedulerStatus) => StatusRecord;
  readonly recent: RecentPast;
  /** Resolves in a later turn of the event loop. */
  readonly turn: () => Promise<void>;
  readonly canAct: boolean;
  /** Absent without a shared state. */
  readonly active?: ActiveMachine | undefined;
}

/**
 * A client, and what has changed since its last update: names of timers, never messages. So a slow client costs no more
 * than a fast one.
 */
interface Client {
  readonly stream: EventStream;
  behind: Set<string> | 'everything';
  takenAt: Duration;
  /** When the machines of the shared state were last reported. */
  machinesAt: Duration;
}

/** Sends every client the status of the scheduler, then each change. */
export class Live implements Sink {
  readonly name = 'page';
  readonly #options: LiveOptions;
  readonly #clients = new Set<Client>();
  readonly #worded = new WeakSet<Job>();
  readonly #removed = new RemovedTimers();
  #disarm: Cancel = () => undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  accept(event: TimerEvent): void {
    if (event.event === 'run.output') return;
    const isOfRemoved = this.#removed.isOne(event);
    if (this.#clients.size === 0) return;
    const name = jobNameOf(event);
    const concernsAll = isOfRemoved || entryOf(event).concerns === 'every timer';
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

  /** Serves one more client until it disconnects. */
  async connect(response: ServerResponse): Promise<void> {
    const { clock } = this.#options;
    const stream = new EventStream(response, clock);
    const now = clock.monotonic();
    const client: Client = { stream, behind: 'everything', takenAt: now, machinesAt: now };
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
    await this.#options.active?.look(ACTIVE_PATIENCE);
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
      this.#hearActive();
      for (const client of this.#clients) this.#bring(client, written);
    } finally {
      if (this.#clients.size > 0) this.#arm(Math.max(BETWEEN_CHANGES, SHARE * (clock.monotonic() - began)));
    }
  }

  /**
   * Includes changes that the active machine has reported since the last update. Its next response will be part of the
   * next update.
   */
  #hearActive(): void {
    const { active } = this.#options;
    if (active === undefined) return;
    const changed = active.takeChanged();
    for (const client of this.#clients) {
      if (changed === 'everything') client.behind = changed;
      else if (client.behind !== 'everything') for (const name of changed) client.behind.add(name);
    }
    void active.look(0);
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
    else if (behind.size > 0 || this.#isMachinesDue(client, now))
      client.stream.send('change', this.#changeOf(behind, written));
    client.behind = new Set();
  }

  /**
   * Returns whether to report the machines of a shared state. They change without an event: a lease is renewed, a
   * machine joins.
   */
  #isMachinesDue(client: Client, now: Duration): boolean {
    if (now - client.machinesAt < BETWEEN_MACHINES) return false;
    client.machinesAt = now;
    return this.#options.active !== undefined;
  }

  #everything(): LiveStatus {
    const { canAct, active } = this.#options;
    const status = this.#options.status();
    const known = active?.latest;
    const jobs = known ? [] : status.jobs.slice(0, MOST_TIMERS);
    const leftOut = known ? Math.max(known.timers.length - MOST_TIMERS, 0) : status.jobs.length - jobs.length;
    const { timers: own, ...rest } = this.#options.toRecord({ ...status, jobs });
    const timers = known ? known.timers.slice(0, MOST_TIMERS) : own;
    return {
      ...rest,
      ...(known && seenFromHere(rest, known)),
      can_act: canAct,
      left_out: leftOut,
      timers: timers.map((timer) => this.#withRecent(timer)),
    };
  }

  #changeOf(names: ReadonlySet<string>, written: Map<string, string>): string {
    const status = this.#options.status();
    const known = this.#options.active?.latest;
    const timers = known ? this.#timersOf(known, names, written) : this.#jobsOf(status, names, written);
    const own = this.#options.active && this.#options.toRecord({ ...status, jobs: [] });
    const head: Omit<LiveChange, 'timers'> = {
      now: toTimestamp(status.at),
      is_stopping: status.isStopping,
      armed: status.armed,
      ...(own?.shared && { shared: own.shared }),
      ...(own && known && seenFromHere(own, known)),
    };
    return `${JSON.stringify(head).slice(0, -1)},"timers":[${timers.join(',')}]}`;
  }

  #jobsOf(status: SchedulerStatus, names: ReadonlySet<string>, written: Map<string, string>): readonly string[] {
    const jobs = status.jobs.slice(0, MOST_TIMERS).filter(({ job }) => names.has(job.name));
    return jobs.map((job) =>
      once(written, job.job.name, () => {
        const [timer] = this.#options.toRecord({ ...status, jobs: [job] }).timers;
        return JSON.stringify(timer && this.#withRecent(timer));
      }),
    );
  }

  #timersOf({ timers }: StatusRecord, names: ReadonlySet<string>, written: Map<string, string>): readonly string[] {
    const changed = timers.slice(0, MOST_TIMERS).filter(({ task_name: name }) => names.has(name));
    return changed.map((timer) => once(written, timer.task_name, () => JSON.stringify(this.#withRecent(timer))));
  }

  /** Adds the recent outcomes to a timer. The record of another machine's timer already has them. */
  #withRecent({ recent: brought, ...timer }: TimerRecord): LiveTimer {
    const recent = brought ?? this.#options.recent.of(timer.task_name, STRIP).map(toRecentRecord);
    return { ...timer, recent: recent.map(({ status }) => status), last: recent.at(-1) ?? null };
  }
}

/** Returns what the page of a standby machine shows about the active one, in addition to its timers. */
const seenFromHere = (
  { shared: own }: Pick<StatusRecord, 'shared'>,
  { now, armed, shared }: StatusRecord,
): Pick<StatusRecord, 'now' | 'armed' | 'shared'> => ({
  now,
  armed,
  ...(shared && { shared: { ...shared, ...(own && { node: own.node, role: own.role, others: own.others }) } }),
});

function once(written: Map<string, string>, key: string, write: () => string): string {
  const known = written.get(key) ?? write();
  written.set(key, known);
  return known;
}
