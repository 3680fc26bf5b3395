/** A first-in, first-out queue. An item costs O(1) on average, however many wait. */
export class Fifo<Item> {
  #items: Item[] = [];
  /** The index of the first item that has not been taken. */
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  add(item: Item): void {
    this.#items.push(item);
  }

  /** Returns the item that has `ahead` others before it. */
  at(ahead: number): Item | undefined {
    return this.#items[this.#first + ahead];
  }

  /** Removes and returns the first `count` items, or all if there are fewer. */
  take(count: number): Item[] {
    const taken = this.#items.slice(this.#first, this.#first + count);
    this.#first += taken.length;
    if (this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }
}
