/** Who wants through a {@link Gate}. */
export interface Ticket {
  /** Called once, when a place came free after waiting: the place is taken then. */
  enter(): void;
}

/** N places, and a queue before them: first come, first served. */
export class Gate {
  #places: number;
  #taken = 0;
  /** A set keeps the order of arrival, and lets one who gives up leave from the middle. */
  readonly #waiting = new Set<Ticket>();

  /** `places` is at least 1; `Infinity` for a gate that is always open. */
  constructor(places: number) {
    this.#places = places;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Changes the number of places: more let in who waits, fewer turn nobody out. */
  resize(places: number): void {
    this.#places = places;
    this.#letIn();
  }

  /** Takes a place now (true), or queues `ticket`, to be called when one is free (false). */
  tryEnter(ticket: Ticket): boolean {
    if (this.#taken < this.#places && this.#waiting.size === 0) {
      this.#taken++;
      return true;
    }
    this.#waiting.add(ticket);
    return false;
  }

  /** Takes `ticket` out of the queue. Answers whether it stood there. */
  giveUp(ticket: Ticket): boolean {
    return this.#waiting.delete(ticket);
  }

  /** Frees a place, and gives it to the first in the queue. */
  leave(): void {
    this.#taken--;
    this.#letIn();
  }

  #letIn(): void {
    for (const ticket of this.#waiting) {
      if (this.#taken >= this.#places) break;
      this.#waiting.delete(ticket);
      this.#taken++;
      ticket.enter();
    }
  }
}

/** Who walks through gates. */
export interface PassOwner {
  /** The last gate is passed. */
  passed(): void;
}

/** The gates an attempt passes one after the other, always in this order, so that no two attempts can wait for each other. */
export class GatePass implements Ticket {
  readonly #gates: readonly Gate[];
  readonly #owner: PassOwner;
  #passed = 0;
  #waitsAt: Gate | undefined;

  constructor(gates: readonly Gate[], owner: PassOwner) {
    this.#gates = gates;
    this.#owner = owner;
  }

  get isWaiting(): boolean {
    return this.#waitsAt !== undefined;
  }

  /** Goes on until a gate is full, or tells the owner behind the last. */
  walk(): void {
    for (;;) {
      const gate = this.#gates[this.#passed];
      if (gate === undefined) break;
      if (!gate.tryEnter(this)) {
        this.#waitsAt = gate;
        return;
      }
      this.#passed++;
    }
    this.#owner.passed();
  }

  enter(): void {
    this.#waitsAt = undefined;
    this.#passed++;
    this.walk();
  }

  /** Leaves every gate passed, and the queue of the one waited at. */
  release(): void {
    this.#waitsAt?.giveUp(this);
    this.#waitsAt = undefined;
    const passed = this.#passed;
    this.#passed = 0;
    for (let last = passed - 1; last >= 0; last--) this.#gates[last]?.leave();
  }
}
