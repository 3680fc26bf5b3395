import type { Args, EventRecord } from './requests.js';

/** Receives what a client follows. */
export interface FollowListener {
  event(record: EventRecord): void;
  /** How many events were lost here because the client read too slowly. */
  dropped(count: number): void;
  /** Called before the first event of another machine's log, with its name. */
  moved?(node: string): void;
  /** Called once if no machine sends events. `why`: a sentence for the user. */
  trouble?(why: string): void;
}

/** Sends requests to a scheduler, over its socket or over a shared state. */
export interface SchedulerClient {
  /** Whether the connection has ended. */
  readonly isGone: boolean;
  /**
   * Whether the scheduler's machine stands by. If so, the active machine of the shared state executes most verbs. Known
   * after the first request.
   */
  readonly standsBy: boolean;
  /**
   * Sends a verb. @throws RefusalError with the scheduler's reason; LostError if the connection ended or the scheduler
   * does not respond.
   */
  request(verb: string, args?: Args): Promise<unknown>;
  /**
   * Passes recent events to `follower`, and with `follow: true` also future ones. Resolves after the last event.
   * @throws as {@link request}.
   */
  follow(args: Args, follower: FollowListener): Promise<void>;
  /** Asks the scheduler to stop. Resolves when it has stopped. @throws as {@link request}. */
  stop(args: Args): Promise<void>;
  close(): void;
}
