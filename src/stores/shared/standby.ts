import { sinceBoot, type Clock } from '../../domain/clock.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { finishInTurns } from '../../turns/steps.js';
import { Invalid } from '../row-reader.js';
import type { BoardTrouble, Board, Fence, LeaseHolder, LeaseTaken } from './board.js';
import { readingContents, type Left } from './entries.js';
import { SharedLedger } from './shared-ledger.js';
import { Tenure, type LossReason } from './tenure.js';

/** The pause between two attempts to take the lease. */
const BETWEEN_TRIES: Duration = 500;
/** The number of consecutive failures before trouble is reported, unless only a person can help. */
const PATIENT_TRIES = 4;

/** A term as the active scheduler: the lease, and the ledger that it protects. */
export interface Term {
  readonly ledger: SharedLedger;
  /** The store's response when this scheduler took the lease. */
  readonly taken: LeaseTaken;
  /** Whether the store had lost the lease of the last holder, or some of what was written. */
  readonly wentBack: boolean;
  stillHolds(): boolean;
  /**
   * Returns until when a process may start, by `sinceBoot`; `undefined` if it no longer may. Call it just before the
   * start.
   */
  heldUntil(): Duration | undefined;
  /** Returns how long the lease still lasts, by the clock of this machine; 0 once it has expired. */
  left(): Duration;
  /** Resolves when the lease expires before {@link release}. */
  readonly lost: Promise<LossReason>;
  /** Whether the lease expired before {@link release}. */
  readonly isLost: boolean;
  /** Gives the lease back, so that the next scheduler can take it at once. Never rejects. */
  release(): Promise<void>;
}

interface StandbyParts {
  readonly board: Board;
  readonly clock: Clock;
  readonly lease: Duration;
  /** The name of this machine. */
  readonly name: string;
  /** Returns an id that is unique across machines and calls. Up to 100 characters of `[A-Za-z0-9_-]`. */
  readonly newId: () => string;
  /** Called when another scheduler has the lease, once for each term. */
  readonly onHeld: (holder: LeaseHolder) => void;
  /** Called once when the store keeps failing, and with `undefined` when it responds again. */
  readonly onTrouble: (trouble: BoardTrouble | undefined) => void;
  /** Called when the store went back, before it gets everything again; see {@link SharedLedger}. */
  readonly onWentBack: (behind: number) => void;
  /** Called with the time that each commit took. */
  readonly onCommitted?: ((took: Duration) => void) | undefined;
}

/** A scheduler that waits until it is the active one. */
export class Standby {
  readonly #parts: StandbyParts;
  /** The highest fence seen so far. */
  #known: Fence = 0;
  /** The highest number of a write seen under that fence. */
  #knownSeq = -1;
  #heldBy: Fence = 0;
  /** Since when the store has known only lower fences, by the monotonic clock. */
  #behindSince: Duration | undefined;
  /** The number of consecutive failures. */
  #failures = 0;
  #hasTrouble = false;
  #isStopped = false;
  #wake: Cancel = () => undefined;

  constructor(parts: StandbyParts) {
    this.#parts = parts;
  }

  /** The holder of the lease, as of the last request; `undefined` if nobody had it. */
  holder: LeaseHolder | undefined;

  /** Resolves when this scheduler is the active one; with `undefined` after {@link stop}. Never rejects. */
  async take(): Promise<Term | undefined> {
    const { board, lease, clock, name, newId } = this.#parts;
    const candidate = { id: newId(), name };
    while (!this.#isStopped) {
      const askedAt = sinceBoot(clock);
      const taking = await this.#try(() => board.take(candidate, lease, this.#known, this.#knownSeq));
      if (taking?.kind === 'taken') {
        const term = await this.#begin(taking, askedAt);
        if (term !== undefined) return term;
      } else if (taking?.kind === 'held') this.#held(taking);
      else if (taking?.kind === 'behind') this.#behind();
      await this.#pause(BETWEEN_TRIES);
    }
    return undefined;
  }

  /** Takes no further lease. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  #held({ name, fence, seq }: LeaseHolder & { readonly seq: number }): void {
    this.#behindSince = undefined;
    this.#know(fence, seq);
    this.holder = { name, fence };
    if (this.#heldBy === fence) return;
    this.#heldBy = fence;
    this.#parts.onHeld({ name, fence });
  }

  #know(fence: Fence, seq: number): void {
    if (fence < this.#known) return;
    this.#knownSeq = fence === this.#known ? Math.max(this.#knownSeq, seq) : seq;
    this.#known = fence;
  }

  /**
   * Handles a store that went back. If the holder is alive, it restores its lease within one lease. After that, lower
   * fences of the store are accepted.
   */
  #behind(): void {
    const now = this.#parts.clock.monotonic();
    this.holder = undefined;
    this.#behindSince ??= now;
    if (now - this.#behindSince < this.#parts.lease) return;
    this.#known = 0;
    this.#knownSeq = -1;
  }

  /** Begins a term. Returns `undefined` if the lease expires before everything is read. */
  async #begin(taken: LeaseTaken, askedAt: Duration): Promise<Term | undefined> {
    const { board, clock, lease, name } = this.#parts;
    const wentBack = this.#behindSince !== undefined;
    this.#behindSince = undefined;
    this.#know(taken.fence, 0);
    this.holder = { name, fence: taken.fence };
    this.#heldBy = taken.fence;
    let isLost = false;
    let lose: (reason: LossReason) => void = () => undefined;
    const lost = new Promise<LossReason>((resolve) => (lose = resolve));
    const onLease = (reason: LossReason) => {
      isLost = true;
      lose(reason);
    };
    const tenure = new Tenure({ board, clock, lease, onLost: onLease }, { fence: taken.fence, askedAt });
    const invalid = new Invalid();
    const left = await this.#read(tenure, invalid);
    if (left === undefined || this.#isStopped) {
      await tenure.release();
      return undefined;
    }
    const onLost = () => tenure.lose('fenced');
    const { onWentBack, onCommitted } = this.#parts;
    const ledger = new SharedLedger(
      { board, clock, lease, name, putLeaseBack: () => tenure.putBack(), onLost, onWentBack, onCommitted },
      taken,
      left,
      invalid,
    );
    void lost.then(() => {
      // Trouble that the ledger reported is not reported again, but its end is.
      this.#hasTrouble ||= ledger.hasTrouble;
      ledger.giveUp();
    });
    return {
      ledger,
      taken,
      wentBack,
      lost,
      get isLost() {
        return isLost;
      },
      stillHolds: () => tenure.stillHolds(),
      heldUntil: () => tenure.heldUntil(),
      left: () => tenure.left(),
      release: () => tenure.release(),
    };
  }

  /** Reads what the last holder left, in turns, so that the lease is renewed in the meantime. */
  async #read(tenure: Tenure, invalid: Invalid): Promise<Left | undefined> {
    const { board, clock } = this.#parts;
    while (tenure.stillHolds() && !this.#isStopped) {
      const contents = await this.#try(() => board.read());
      if (contents !== undefined) {
        const left = await finishInTurns(readingContents(contents, invalid), clock);
        return tenure.stillHolds() ? left : undefined;
      }
      await this.#pause(BETWEEN_TRIES);
    }
    return undefined;
  }

  /** Sends a request. Returns `undefined` if the store failed. */
  async #try<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await ask();
      this.#worked();
      return answer;
    } catch (error) {
      this.#failed(error as BoardTrouble);
      return undefined;
    }
  }

  #worked(): void {
    this.#failures = 0;
    if (this.#hasTrouble) this.#parts.onTrouble(undefined);
    this.#hasTrouble = false;
  }

  #failed(trouble: BoardTrouble): void {
    const isLasting = ++this.#failures >= PATIENT_TRIES || trouble.kind === 'refused';
    if (!isLasting || this.#hasTrouble) return;
    this.#hasTrouble = true;
    this.#parts.onTrouble(trouble);
  }

  #pause(length: Duration): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const disarm = this.#parts.clock.after(length, resolve);
      this.#wake = () => {
        disarm();
        resolve();
      };
    });
  }
}
