/** A place in the queue of a {@link Gate}. */
export interface Ticket {
  /** The name of its job. */
  readonly jobName: string;
  /** Called once, when a place becomes free after a wait. The ticket has that place already. */
  enter(): void;
}

/** The tickets of one job. */
interface Lane {
  /** In the order of arrival. In a set, a ticket that gives up can leave from the middle. */
  readonly tickets: Set<Ticket>;
  /** Iterates over the tickets: includes later additions, skips removed tickets, and visits none twice. */
  readonly line: Iterator<Ticket, undefined>;
}

/**
 * N places, and a queue for them. The jobs take turns, so a burst of one job delays each run of another by at most one
 * run. Runs of one job enter in order of arrival. Every step is O(1).
 */
export class Gate {
  #places: number;
  #taken = 0;
  /** The lanes by job; none of them is empty. */
  readonly #lanes = new Map<string, Lane>();
  /** Iterates over the lanes, and starts again at the end. */
  #round = this.#lanes.values();

  /** `places` is at least 1; `Infinity` for a gate that is always open. */
  constructor(places: number) {
    this.#places = places;
  }

  /** Changes the number of places: a larger number admits waiting tickets, a smaller one evicts nobody. */
  resize(places: number): void {
    this.#places = places;
    this.#letIn();
  }

  /** Takes a place now (true), or queues `ticket` until a place is free (false). */
  tryEnter(ticket: Ticket): boolean {
    if (this.#taken < this.#places && this.#lanes.size === 0) {
      this.#taken++;
      return true;
    }
    const lane = this.#lanes.get(ticket.jobName);
    if (lane === undefined) this.#lanes.set(ticket.jobName, laneOf(ticket));
    else lane.tickets.add(ticket);
    return false;
  }

  /** Takes a place for a run that had one under an earlier scheduler, even if none is free. */
  enterAnyway(): void {
    this.#taken++;
  }

  /** Removes `ticket` from the queue. Returns whether it was queued. */
  giveUp(ticket: Ticket): boolean {
    const lane = this.#lanes.get(ticket.jobName);
    if (lane?.tickets.delete(ticket) !== true) return false;
    if (lane.tickets.size === 0) this.#lanes.delete(ticket.jobName);
    return true;
  }

  /** Frees a place, and gives it to the next job in turn. */
  leave(): void {
    this.#taken--;
    this.#letIn();
  }

  #letIn(): void {
    while (this.#taken < this.#places) {
      const next = this.#takeNext();
      if (next === undefined) break;
      this.#taken++;
      next.enter();
    }
  }

  /** Removes and returns the first ticket of the job whose turn it is. */
  #takeNext(): Ticket | undefined {
    if (this.#lanes.size === 0) return undefined;
    let turn = this.#round.next();
    if (turn.done === true) turn = (this.#round = this.#lanes.values()).next();
    const ticket = turn.value?.line.next().value;
    if (ticket !== undefined) this.giveUp(ticket);
    return ticket;
  }
}

function laneOf(first: Ticket): Lane {
  const tickets = new Set([first]);
  return { tickets, line: tickets.values() };
}

/** The owner of a pass. */
export interface PassOwner {
  /** Called when the last gate is passed. */
  passed(): void;
}

/**
 * The gates that an attempt passes one after the other, always in the same order, so that no two attempts can deadlock.
 */
export class GatePass implements Ticket {
  readonly jobName: string;
  readonly #gates: readonly Gate[];
  readonly #owner: PassOwner;
  #passed = 0;
  #waitsAt: Gate | undefined;

  constructor(jobName: string, gates: readonly Gate[], owner: PassOwner) {
    this.jobName = jobName;
    this.#gates = gates;
    this.#owner = owner;
  }

  get isWaiting(): boolean {
    return this.#waitsAt !== undefined;
  }

  /** Passes gates until one is full; after the last one it calls the owner. */
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

  /** Takes a place at every gate, even if none is free. Does not call the owner. */
  passAnyway(): void {
    for (const gate of this.#gates) gate.enterAnyway();
    this.#passed = this.#gates.length;
  }

  enter(): void {
    this.#waitsAt = undefined;
    this.#passed++;
    this.walk();
  }

  /** Leaves every passed gate, and the queue of the gate it waits at. */
  release(): void {
    this.#waitsAt?.giveUp(this);
    this.#waitsAt = undefined;
    const passed = this.#passed;
    this.#passed = 0;
    for (let last = passed - 1; last >= 0; last--) this.#gates[last]?.leave();
  }
}
