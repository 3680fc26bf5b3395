interface Asked<Item, Result> {
  readonly item: Item;
  readonly resolve: (answer: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Combines requests into round trips. Requests made during a round trip go with the next one. */
export class RoundTrips<Item, Result> {
  readonly #most: number;
  readonly #send: (items: readonly Item[]) => Promise<readonly Result[]>;
  #asked: Asked<Item, Result>[] = [];
  #isSending = false;

  /** `send` gets at most `most` items, and returns their results in the same order. */
  constructor(most: number, send: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#most = most;
    this.#send = send;
  }

  ask(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ item, resolve, reject });
      if (!this.#isSending) void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    // Waits for the other requests of the same moment.
    await Promise.resolve();
    while (this.#asked.length > 0) {
      const asked = this.#asked.splice(0, this.#most);
      try {
        const results = await this.#send(asked.map(({ item }) => item));
        asked.forEach(({ resolve }, index) => resolve(results[index] as Result));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#isSending = false;
  }
}
