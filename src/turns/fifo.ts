/** Items in the order in which they came. However many wait, an item costs O(1) on average. */
export class Fifo<Item> {
  #items: Item[] = [];
  /** Index of the first item that has not been taken. */
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  add(item: Item): void {
    this.#items.push(item);
  }

  /** The item behind `ahead` others. */
  at(ahead: number): Item | undefined {
    return this.#items[this.#first + ahead];
  }

  /** Takes the first `count`, or all if there are fewer. */
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
