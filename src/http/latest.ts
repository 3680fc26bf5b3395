import type { ServerResponse } from 'node:http';

/** Keeps the latest responses open, at most so many. One more ends the oldest, so that clients that hold theirs lock nobody out. */
export class Latest {
  readonly #most: number;
  readonly #open = new Set<ServerResponse>();

  constructor(most: number) {
    this.#most = most;
  }

  admit(response: ServerResponse): void {
    const [oldest] = this.#open;
    if (this.#open.size >= this.#most && oldest !== undefined) {
      this.#open.delete(oldest);
      oldest.destroy();
    }
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
  }
}
