import { LostError, RefusalError, type Args, type SchedulerClient } from '../../../control/index.js';
import type { StatusRecord } from '../../../domain/status-record.js';
import type { Reached } from '../../reach-scheduler.js';
import type { PaneLine } from './view.js';

/** How many recent outcomes of each timer are requested: as many as a scheduler keeps. */
const RECENT = 20;
/** How many lines of a timer's recent output are shown. */
const PAST_LINES = 200;

/** Receives updates from the link. */
export interface LinkListener {
  status(record: StatusRecord): void;
  /** Called once when the scheduler has disappeared. */
  lost(): void;
  followed(name: string, line: PaneLine): void;
  /** Called if the scheduler exists but does not report its status, for this reason. */
  refused(reason: string): void;
}

/**
 * Stays in contact with a scheduler. Asks for its status on every call of {@link look}, and finds the next scheduler
 * when it disappears.
 */
export class Link {
  readonly #connect: Reached['connect'];
  readonly #listener: LinkListener;
  #client: SchedulerClient | undefined;
  #follower: SchedulerClient | undefined;
  #followed: string | undefined;
  /** Incremented by every {@link follow}; responses to earlier calls are ignored. */
  #following = 0;
  #revision: number | undefined;
  #isBusy = false;
  /** Whether the scheduler closed the connection of {@link follow}. */
  #isCutOff = false;

  constructor({ client, connect }: Pick<Reached, 'client' | 'connect'>, listener: LinkListener) {
    this.#client = client;
    this.#connect = connect;
    this.#listener = listener;
  }

  /**
   * Asks the scheduler what has changed, or looks for one. Does nothing while an earlier call is in progress. Rejects
   * only for bugs.
   */
  async look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      // The connection may have closed between requests, because this process or the scheduler was stopped.
      const wasThere = this.#client !== undefined;
      if (this.#client?.isGone === true) this.#client = undefined;
      if (this.#client === undefined) await this.#reconnect();
      if (this.#client !== undefined) await this.#askStatus(this.#client);
      else if (wasThere) this.#listener.lost();
      if (this.#isCutOff && this.#client !== undefined) void this.follow(this.#followed, 0);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Sends a verb. @throws RefusalError, or LostError, even if no scheduler is running. */
  async ask(verb: string, args: Args): Promise<unknown> {
    if (this.#client === undefined) throw new LostError('there is no scheduler to reach');
    return this.#client.request(verb, args);
  }

  /** Follows one timer from now on, starting with its recent past, and stops following the previous one. */
  async follow(name: string | undefined, last = PAST_LINES): Promise<void> {
    const following = ++this.#following;
    this.#isCutOff = false;
    this.#followed = name;
    this.#follower?.close();
    this.#follower = undefined;
    if (name === undefined) return;
    // Following uses its own connection, so that a noisy timer does not delay status updates.
    const connecting = await this.#connect();
    if (connecting.kind !== 'connected') return;
    const { client } = connecting;
    if (following !== this.#following) {
      client.close();
      return;
    }
    this.#follower = client;
    const tell = (line: PaneLine) => {
      if (following === this.#following) this.#listener.followed(name, line);
    };
    const asked = { task_name: name, follow: true, last };
    await client
      .follow(asked, { event: (record) => tell({ record }), dropped: (dropped) => tell({ dropped }) })
      .catch((error: unknown) => {
        const isHungUp = mayGoOn(error);
        if (following === this.#following) this.#isCutOff = isHungUp;
      });
  }

  close(): void {
    this.#following++;
    this.#follower?.close();
    this.#client?.close();
  }

  async #reconnect(): Promise<void> {
    const connecting = await this.#connect();
    if (connecting.kind !== 'connected') return;
    this.#client = connecting.client;
    this.#revision = undefined;
    if (this.#followed !== undefined && this.#follower?.isGone !== false) void this.follow(this.#followed);
  }

  async #askStatus(client: SchedulerClient): Promise<void> {
    const since = this.#revision;
    try {
      const record = (await client.request('status', {
        recent: RECENT,
        ...(since !== undefined && { since }),
      })) as StatusRecord;
      this.#revision = record.revision;
      this.#listener.status(record);
    } catch (error) {
      if (error instanceof RefusalError) {
        this.#listener.refused(error.message);
      } else if (error instanceof LostError) {
        client.close();
        this.#client = undefined;
        this.#listener.lost();
      } else {
        throw error;
      }
    }
  }
}

/**
 * Returns whether following may continue on another connection. It may not for a removed timer, which the status shows.
 * @throws the error if it is a bug.
 */
function mayGoOn(error: unknown): boolean {
  if (!(error instanceof RefusalError || error instanceof LostError)) throw error;
  return error instanceof LostError || error.code !== 'unknown_timer';
}
