/**
 * The floor: a binary heap of bare objects and one setTimeout. No cancellation, no second check of the clock, no
 * events.
 */
export class BareHeap {
  readonly #heap: { at: number; ring: () => void }[] = [];
  #armedFor = Number.POSITIVE_INFINITY;
  #timeout: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#heap.length;
  }

  add(at: number, ring: () => void): void {
    const heap = this.#heap;
    let slot = heap.push({ at, ring }) - 1;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      if (heap[above]!.at <= heap[slot]!.at) break;
      [heap[above], heap[slot]] = [heap[slot]!, heap[above]!];
      slot = above;
    }
    if (at < this.#armedFor) this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }

  #arm(): void {
    clearTimeout(this.#timeout);
    const first = this.#heap[0];
    if (first === undefined) return;
    this.#armedFor = first.at;
    this.#timeout = setTimeout(() => this.#wake(), Math.min(Math.max(first.at - Date.now(), 1), 2 ** 31 - 1));
  }

  #wake(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = Date.now();
    while (this.#heap.length > 0 && this.#heap[0]!.at <= now) this.#take()!.ring();
    this.#arm();
  }

  #take() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let slot = 0; ;) {
      let child = slot * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++;
      if (heap[slot]!.at <= heap[child]!.at) break;
      [heap[child], heap[slot]] = [heap[slot]!, heap[child]!];
      slot = child;
    }
    return first;
  }
}
