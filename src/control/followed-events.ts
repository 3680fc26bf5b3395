import type { EventRing, Follower, Told } from './event-ring.js';
import { writeEventLine, writeReply } from './requests.js';

/** How many characters of events are written at once. A client that does not read has at most this much buffered. */
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

  /** The size of the events that its followers hold themselves, in approximate bytes. */
  get held(): number {
    let held = 0;
    for (const follower of this.#followers.values()) held += follower.held;
    return held;
  }

  /** Adds the follower of a request. It replaces an earlier follower with the same id. */
  add(id: number, follower: Follower): void {
    this.#followers.get(id)?.close();
    this.#followers.set(id, follower);
  }

  /**
   * Returns the next lines for the client. Its requests share the portion, and a request without further events gets
   * its `end`.
   */
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

  /** Ends every request after the events that exist now. */
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
