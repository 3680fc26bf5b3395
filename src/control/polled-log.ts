import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import { RefusalError, type Args } from './requests.js';
import type { LogPortion } from './recent-events.js';
import type { FollowListener } from './scheduler-client.js';

/** The pause between two checks for new events. */
const BETWEEN_LOOKS: Duration = SECOND;

interface Polling {
  readonly request: (verb: string, args: Args) => Promise<unknown>;
  readonly isOver: () => boolean;
  readonly clock: Clock;
}

/**
 * Follows the log of the active machine of a shared state. No stream connects the two machines, so this one polls, even
 * across takeovers. Without `follow`, resolves after the last event. @throws what the first request throws.
 */
export async function pollEvents(
  { request, isOver, clock }: Polling,
  { follow, last, ...asked }: Args,
  follower: FollowListener,
): Promise<void> {
  const log = new PolledLog(request, asked, follower);
  let isMore = await log.look(last === undefined ? {} : { last });
  while (isMore || follow === true) {
    if (!isMore) await new Promise<void>((resolve) => clock.after(BETWEEN_LOOKS, resolve));
    if (isOver()) return;
    isMore = follow === true ? await log.lookAgain() : await log.look();
  }
}

/** The progress of reading the log. */
class PolledLog {
  readonly #request: Polling['request'];
  readonly #asked: Args;
  readonly #follower: FollowListener;
  #node: string | null | undefined;
  #position = '';
  #isSilent = false;

  constructor(request: Polling['request'], asked: Args, follower: FollowListener) {
    this.#request = request;
    this.#asked = asked;
    this.#follower = follower;
  }

  /** Reads a portion, the next one by default. Returns whether there is more. */
  async look(place: Args = { after: this.#position }): Promise<boolean> {
    const portion = (await this.#request('events', { ...this.#asked, ...place })) as LogPortion;
    this.#isSilent = false;
    if (portion.node !== null && portion.node !== this.#node) this.#follower.moved?.(portion.node);
    this.#node = portion.node;
    if (portion.dropped > 0) this.#follower.dropped(portion.dropped);
    for (const event of portion.events) this.#follower.event(event);
    this.#position = portion.position;
    return portion.is_more;
  }

  /** Reads the next portion. If no machine is active, reports that once. */
  async lookAgain(): Promise<boolean> {
    try {
      return await this.look();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (!this.#isSilent) this.#follower.trouble?.(error.message);
      this.#isSilent = true;
      return false;
    }
  }
}

const isUnavailable = (error: unknown): error is RefusalError =>
  error instanceof RefusalError && error.code === 'unavailable';
