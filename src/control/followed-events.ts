import type { EventRing, Follower, Told } from './event-ring.js';
import { writeEventLine, writeReply } from './requests.js';

/** How many characters of events are written at once: at most this much waits for a client that does not read. */
const PORTION = 128 * 1024;

/** The events that one client follows, by the id of the request. */
export class FollowedEvents {
  readonly #followers = new Map<number, Follower>();
  readonly #ring: Pick<EventRing, 'jsonOf'>;

  constructor(ring: Pick<EventRing, 'jsonOf'>) {
    this.#ring = ring;
  }

  get size(): number {
    return this.#followers.size;
  }

  /** Follows for a request, in place of an earlier follower with its id. */
  add(id: number, follower: Follower): void {
    this.#followers.get(id)?.close();
    this.#followers.set(id, follower);
  }

  /** The next lines for the client, shared between the requests; a request that has ended gets its `end`. */
  portion(): string {
    const share = PORTION / this.#followers.size;
    let portion = '';
    for (const [id, follower] of this.#followers) {
      portion += this.#lines(id, follower, share);
      if (!follower.isOver) continue;
      portion += writeReply({ id, end: true });
      follower.close();
      this.#followers.delete(id);
    }
    return portion;
  }

  /** Lets followers read what is there now, and nothing that arrives later. */
  finish(): void {
    for (const follower of this.#followers.values()) follower.finish();
  }

  close(): void {
    for (const follower of this.#followers.values()) follower.close();
    this.#followers.clear();
  }

  #lines(id: number, follower: Follower, share: number): string {
    let lines = '';
    while (lines.length < share) {
      const told = follower.next();
      if (told === undefined) break;
      lines += this.#lineOf(id, told);
    }
    return lines;
  }

  #lineOf(id: number, told: Told): string {
    return told.kind === 'lost' ? writeReply({ id, dropped: told.count }) : writeEventLine(id, this.#ring.jsonOf(told));
  }
}
