/**
 * An entry of a {@link TimerQueue}. The queue keeps its data on the entry, so that 100,000 of them need no second
 * object each.
 */
export interface Queued {
  /** When it is due, on whatever clock the queue's owner uses. Set by the queue. */
  dueAt: number;
  /** Its place in the heap; −1 while it is not queued. Set by the queue. */
  slot: number;
  /** Breaks ties: first in, first out. Set by the queue. */
  turn: number;
}

const ARITY = 4;

/**
 * Entries by due time; those due at the same instant in the order they were queued. Knows no clock.
 *
 * A 4-ary heap (Johnson, "Priority queues with update and finding minimum spanning trees", 1975). Insertion takes O(log
 * n), and O(1) on average. Removal takes O(log n), the next due time O(1).
 */
export class TimerQueue<Entry extends Queued> {
  readonly #heap: Entry[] = [];
  #turns = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Returns when the first entry is due, or `undefined` if there is none. */
  nextDueAt(): number | undefined {
    return this.#heap[0]?.dueAt;
  }

  /** Returns how many entries are due at `now` (inclusive), up to `most`. Takes O(the result). */
  countDue(now: number, most: number): number {
    let count = 0;
    const slots = [0];
    for (let slot = slots.pop(); slot !== undefined && count < most; slot = slots.pop()) {
      const entry = this.#heap[slot];
      if (entry === undefined || entry.dueAt > now) continue;
      count++;
      for (let child = 1; child <= ARITY; child++) slots.push(slot * ARITY + child);
    }
    return count;
  }

  /** Queues `entry` for `dueAt`; an entry that is already queued is moved. */
  insert(entry: Entry, dueAt: number): void {
    if (entry.slot >= 0) this.remove(entry);
    entry.dueAt = dueAt;
    entry.turn = this.#turns++;
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
  }

  /** Removes `entry`. Returns whether it was queued. */
  remove(entry: Entry): boolean {
    const { slot } = entry;
    if (slot < 0 || this.#heap[slot] !== entry) return false;
    entry.slot = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return true;
    this.#rise(last, slot);
    if (last.slot === slot) this.#sink(last, slot);
    return true;
  }

  /** Removes and returns the first entry, if it is due at `now` (inclusive). */
  takeDue(now: number): Entry | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    first.slot = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last, 0);
    return first;
  }

  #rise(entry: Entry, from: number): void {
    const heap = this.#heap;
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 2;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    heap[slot] = entry;
    entry.slot = slot;
  }

  #sink(entry: Entry, from: number): void {
    const heap = this.#heap;
    let slot = from;
    for (;;) {
      const child = this.#firstChild(slot);
      const next = heap[child];
      if (next === undefined || !isBefore(next, entry)) break;
      heap[slot] = next;
      next.slot = slot;
      slot = child;
    }
    heap[slot] = entry;
    entry.slot = slot;
  }

  /** Returns the slot of the child that is due first, or one past the end. */
  #firstChild(slot: number): number {
    const heap = this.#heap;
    const from = slot * ARITY + 1;
    const end = Math.min(from + ARITY, heap.length);
    let first = from;
    for (let child = from + 1; child < end; child++) {
      if (isBefore(heap[child], heap[first])) first = child;
    }
    return first;
  }
}

function isBefore(one: Queued | undefined, other: Queued | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.turn < other.turn);
}
