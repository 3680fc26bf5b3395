/** A connection, or a response on it. */
interface Held {
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Keeps at most a fixed number of connections open. One more ends the oldest connection that is not in use, or the
 * oldest of all, so that idle clients lock nobody out.
 */
export class BoundedConnections<Kept extends Held> {
  readonly #most: number;
  readonly #isInUse: (kept: Kept) => boolean;
  readonly #open = new Set<Kept>();

  constructor(most: number, isInUse: (kept: Kept) => boolean = () => false) {
    this.#most = most;
    this.#isInUse = isInUse;
  }

  admit(one: Kept): void {
    if (this.#open.size >= this.#most) this.#endOne();
    this.#open.add(one);
    one.once('close', () => this.#open.delete(one));
  }

  #endOne(): void {
    const open = [...this.#open];
    const oldest = open.find((kept) => !this.#isInUse(kept)) ?? open[0];
    if (oldest === undefined) return;
    this.#open.delete(oldest);
    oldest.destroy();
  }
}
