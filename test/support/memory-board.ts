import type { Clock } from '../../src/domain/clock.js';
import type { Duration } from '../../src/domain/time.js';
import {
  BoardTrouble,
  LOG_LENGTH,
  type Board,
  type Candidate,
  type BoardChange,
  type BoardContents,
  type Entry,
  type Fence,
  type LeaseHolder,
  type Logged,
  type LeaseTaking,
  type Written,
} from '../../src/stores/shared/board.js';

interface Note {
  readonly text: string;
  readonly until: Duration;
}

/** The content of a store's disk. */
interface Kept {
  fence: Fence;
  seq: number;
  holder: Candidate | undefined;
  previous: string | undefined;
  seenAt: Duration | undefined;
  readonly jobs: Map<string, string>;
  readonly runs: Map<string, string>;
  log: Logged[];
}

const EMPTY: Kept = {
  fence: 0,
  seq: -1,
  holder: undefined,
  previous: undefined,
  seenAt: undefined,
  jobs: new Map(),
  runs: new Map(),
  log: [],
};

/** A store in memory, which outlives the schedulers that use it. The reference for all others. */
export class MemoryStore {
  /** Requests fail before they reach the store (`away`), or the responses get lost (`deaf`). */
  state: 'well' | 'away' | 'deaf' = 'well';
  kept: Kept = structuredClone(EMPTY);
  leaseUntil: Duration | undefined;
  readonly notes = new Map<string, Note>();
  readonly #clock: Clock;
  #positions = 0;

  /** `clock`: that of the store. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get now(): Duration {
    return this.#clock.monotonic();
  }

  get isHeld(): boolean {
    return this.leaseUntil !== undefined && this.now < this.leaseUntil;
  }

  /** Restarts the store with its content at some time, or with nothing. Leases and notes are gone. */
  goBack(to: Kept = EMPTY): void {
    this.kept = structuredClone(to);
    this.leaseUntil = undefined;
    this.notes.clear();
  }

  /** The current content of its disk. */
  copy(): Kept {
    return structuredClone(this.kept);
  }

  append(text: string): void {
    const position = String(++this.#positions).padStart(12, '0');
    this.kept.log = [...this.kept.log, { position, text }].slice(-LOG_LENGTH);
  }

  /** A separate client for each scheduler. */
  connect(): MemoryBoard {
    return new MemoryBoard(this);
  }
}

/** One client of the store. */
export class MemoryBoard implements Board {
  readonly place = 'memory://test (timers)';
  readonly #store: MemoryStore;
  /** Its network is gone; other clients reach the store. */
  isCutOff = false;
  #isClosed = false;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  take(candidate: Candidate, lease: Duration, known: Fence, knownSeq = -1): Promise<LeaseTaking> {
    return this.#ask((store): LeaseTaking => {
      const { kept } = store;
      if (store.isHeld && kept.holder?.id !== candidate.id)
        return { kind: 'held', name: kept.holder?.name ?? '', fence: kept.fence, seq: kept.seq };
      const isBehind = kept.fence < known || (kept.fence === known && kept.seq < knownSeq);
      if (!store.isHeld && isBehind) return { kind: 'behind', fence: kept.fence };
      if (!store.isHeld) {
        const fence = Math.max(kept.fence + 1, Math.floor(store.now * 1_000));
        Object.assign(kept, { fence, seq: 0, holder: candidate, previous: kept.holder?.name });
      }
      store.leaseUntil = store.now + lease;
      const idle = kept.seenAt === undefined ? undefined : store.now - kept.seenAt;
      return { kind: 'taken', fence: kept.fence, previous: kept.previous, idle };
    });
  }

  renew(fence: Fence, lease: Duration): Promise<boolean> {
    return this.#ask((store) => {
      if (store.kept.fence > fence) return false;
      if (store.kept.fence < fence) Object.assign(store.kept, { fence, seq: -1 });
      store.leaseUntil = store.now + lease;
      store.kept.seenAt = store.now;
      return true;
    });
  }

  release(fence: Fence): Promise<void> {
    return this.#ask((store) => {
      if (store.kept.fence === fence) store.leaseUntil = undefined;
    });
  }

  holder(): Promise<LeaseHolder | undefined> {
    return this.#ask(({ isHeld, kept }) => (isHeld ? { name: kept.holder?.name ?? '', fence: kept.fence } : undefined));
  }

  read(): Promise<BoardContents> {
    return this.#ask(({ kept: { jobs, runs } }) => ({ jobs: new Map(jobs), runs: new Map(runs) }));
  }

  write(fence: Fence, seq: number, change: BoardChange): Promise<Written> {
    return this.#ask((store): Written => {
      const { kept } = store;
      if (kept.fence > fence) return { kind: 'lost' };
      const last = kept.fence < fence ? -1 : kept.seq;
      if (last >= seq) return { kind: 'done' };
      if (change.isWhole) {
        kept.jobs.clear();
        kept.runs.clear();
      } else if (last !== seq - 1) return { kind: 'behind', seq: last };
      apply(change.jobs, kept.jobs);
      apply(change.runs, kept.runs);
      for (const { text } of change.log) store.append(text);
      Object.assign(kept, { fence, seq, seenAt: store.now });
      return { kind: 'done' };
    });
  }

  time(): Promise<number> {
    return this.#ask(({ now }) => now);
  }

  log(after: string | undefined, most: number): Promise<readonly Logged[]> {
    return this.#ask(({ kept: { log } }) =>
      log.filter(({ position }) => after === undefined || position > after).slice(0, most),
    );
  }

  put(name: string, text: string, lifetime: Duration): Promise<void> {
    return this.#ask(({ notes, now }) => void notes.set(name, { text, until: now + lifetime }));
  }

  notes(beginning: string): Promise<ReadonlyMap<string, string>> {
    return this.#ask(({ notes, now }) => {
      const living = [...notes].filter(([name, { until }]) => name.startsWith(beginning) && now < until);
      return new Map(living.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { text }]) => [name, text]));
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#ask(({ notes, now }) => {
      const until = notes.get(name)?.until;
      return notes.delete(name) && until !== undefined && now < until;
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  /** One atomic step of the store. */
  async #ask<T>(step: (store: MemoryStore) => T): Promise<T> {
    await Promise.resolve();
    if (this.#isClosed || this.isCutOff || this.#store.state === 'away')
      throw new BoardTrouble('unreachable', 'the store is unreachable');
    const response = step(this.#store);
    await Promise.resolve();
    if (this.#store.state === 'deaf') throw new BoardTrouble('unreachable', 'the response is lost');
    return response;
  }
}

function apply(entries: readonly Entry[], to: Map<string, string>): void {
  for (const { key, text } of entries)
    if (text === undefined) to.delete(key);
    else to.set(key, text);
}
