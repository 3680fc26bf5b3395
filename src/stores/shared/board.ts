import type { Clock } from '../../domain/clock.js';
import type { Duration, Instant } from '../../domain/time.js';

/**
 * The store that several machines share: one state, one lease, one writer. Redis, PostgreSQL and etcd each have an
 * implementation.
 *
 * A board stores texts and does not interpret them. Every implementation follows these rules:
 *
 * - **One fence decides.** The store keeps the highest fence it has given out. {@link take} raises it; a write or a
 *   renewal with a lower fence changes nothing. Each method checks and changes in one atomic step of the store.
 * - **The store's clock judges others.** A lease lapses by the clock of the store, never by the clock of a client. A
 *   store without a clock to read uses its own lease mechanism, as etcd does. The holder judges itself by its monotonic
 *   clock, from before it sent the request; the board has no part in that.
 * - **A rejection means "unknown".** A method that rejects may or may not have had its effect, and a late request may
 *   take effect after a later one. {@link take}, {@link renew}, {@link write} and {@link put} can therefore be repeated
 *   with the same arguments. A board never repeats a request itself.
 * - **Every method settles**: {@link take}, {@link renew}, {@link release}, {@link time} and the notes within
 *   {@link BOARD_PATIENCE}, the others within {@link LONG_BOARD_PATIENCE}. A method rejects only with
 *   {@link BoardTrouble}.
 * - **A store may go back.** It may restart empty, or fail over to a copy that missed acknowledged writes. The board
 *   reports that as `behind` and never repairs anything itself.
 * - **No secret leaves.** Neither {@link place} nor a {@link BoardTrouble} contains a user name, a password, a token or
 *   the query of the URL.
 *
 * `boardContract` in `test/support/board-contract.ts` tests these rules.
 */
export interface Board {
  /** Where the store is, for people: scheme, hosts, database, prefix. `redis://db.example:6379/0 (timers)`. */
  readonly place: string;

  /**
   * Takes the lease for `lease` ms if nobody has it. The new fence is higher than every fence the store knows, and
   * higher than `known`. In a store with a clock it is at least the clock's microseconds, so that it rises even if
   * writes were lost.
   *
   * - `candidate.id` is new each time a scheduler begins to stand by. If this id has the lease already (the response
   *   was lost), the same fence is returned, and the lease lasts `lease` ms from now.
   * - `known` is the highest fence that the caller has seen, or 0. If the store knows only lower ones, it went back:
   *   nothing is taken and the result is `behind`. The caller waits one lease, so that a living holder can restore its
   *   lease, and then passes 0 as `known`.
   * - `knownSeq` is the highest number of a write under `known` that the caller has seen. A store that knows only lower
   *   numbers went back, too: a copy may be older than the lease of its holder, who is alive.
   *
   * Taking the lease changes neither the contents nor what {@link LeaseTaken.idle} is derived from. The number of the
   * last write becomes 0: the first write of the new holder has number 1.
   */
  take(candidate: Candidate, lease: Duration, known: Fence, knownSeq?: number): Promise<LeaseTaking>;

  /**
   * Extends the lease: it lasts `lease` ms from now. Returns false if the store knows a higher fence: the lease is lost
   * for good. If the lease lapsed or vanished and no higher fence is known, the holder gets it back, including its
   * fence. Never called after the holder's own clock says that the lease has expired.
   */
  renew(fence: Fence, lease: Duration): Promise<boolean>;

  /** Ends the lease if `fence` still has it, so that the next candidate takes it at once. Otherwise does nothing. */
  release(fence: Fence): Promise<void>;

  /** Returns the holder of the lease; `undefined` if nobody has it. Only for reports: {@link take} decides. */
  holder(): Promise<LeaseHolder | undefined>;

  /**
   * Returns all memories and open runs. The holder reads after {@link take}, when nobody else can write, and gets
   * everything that was acknowledged. For everyone else, the result may mix the contents before and after a write.
   */
  read(): Promise<BoardContents>;

  /**
   * Writes a change for the holder of `fence`. `seq` numbers its writes: 1, 2, 3…
   *
   * The caller has one write pending at a time, and collects the changes that come in the meantime in the next one
   * (group commit). After a rejection, it sends the same change with the same number again. The store checks, in this
   * order:
   *
   * 1. If it knows a higher fence, the result is `lost`, and nothing is written.
   * 2. If it knows this fence and has written `seq` or a later number, the result is `done`, and nothing is written
   *    twice.
   * 3. If `change.isWhole`, it replaces all memories and open runs, appends the log entries, and sets fence and number.
   * 4. If it knows only lower fences, or has not written `seq` − 1, the result is `behind`, and nothing is written.
   * 5. Otherwise, it writes the change and its number.
   *
   * The lease itself is not checked: while no higher fence exists, a write disturbs nobody. A change is written
   * completely or not at all. A store with a limit on the size of a transaction may split it, but never the entries of
   * one job. Each part checks the fence, and the last part sets the number. Sending the change again completes it.
   */
  write(fence: Fence, seq: number, change: BoardChange): Promise<Written>;

  /**
   * Returns log entries after a position, oldest first, up to `most` (at least 1). If `after` is `undefined`, begins
   * with the oldest entry that is left. Positions rise with each write, even when the holder changes. A store keeps at
   * least {@link LOG_LENGTH} entries unless it says otherwise in its documentation.
   */
  log(after: string | undefined, most: number): Promise<readonly Logged[]>;

  /**
   * Writes a note, which disappears after `lifetime` ms by the store's clock (rounded up to whole seconds where the
   * store has no finer leases). Every client can write. Notes carry presence and requests. They are not part of the
   * contents: no fence protects them, and a whole change leaves them alone.
   *
   * `name` has up to 200 characters of `[A-Za-z0-9_.:/-]`, `text` up to 1 MiB of UTF-8.
   */
  put(name: string, text: string, lifetime: Duration): Promise<void>;

  /** Returns the notes that have not expired and whose name starts with `beginning`. They are sorted by name. */
  notes(beginning: string): Promise<ReadonlyMap<string, string>>;

  /** Removes a note. Returns whether this call removed it: of several callers, exactly one gets true. */
  remove(name: string): Promise<boolean>;

  /** Returns the store's time, in ms; `undefined` if the store has no clock to read. */
  time(): Promise<Instant | undefined>;

  /**
   * Closes the connections. Pending requests reject. Resolves when they are closed, within {@link BOARD_PATIENCE}.
   * Never rejects.
   */
  close(): Promise<void>;
}

/**
 * The number of a holder, higher than those of all earlier holders. A positive safe integer. Commands get it as
 * `TIMERS_FENCE`.
 */
export type Fence = number;

/** A scheduler that wants the lease. */
export interface Candidate {
  /** Unique for each time that the scheduler begins to stand by. Up to 100 characters of `[A-Za-z0-9_-]`. */
  readonly id: string;
  /** The name of the machine, for people: `name` in `state`, by default its host name. Up to 255 characters. */
  readonly name: string;
}

/** The scheduler that has the lease. */
export interface LeaseHolder {
  readonly name: string;
  readonly fence: Fence;
}

export type LeaseTaking =
  | LeaseTaken
  /** Another candidate has the lease. `seq` is the number of its last write. */
  | ({ readonly kind: 'held'; readonly seq: number } & LeaseHolder)
  /** The store went back. `fence` is the highest fence it knows, or 0 if it knows none. Nobody has the lease. */
  | { readonly kind: 'behind'; readonly fence: Fence };

/** The lease is ours. */
export interface LeaseTaken {
  readonly kind: 'taken';
  readonly fence: Fence;
  /** The previous holder; `undefined` if the store has never had one. */
  readonly previous: string | undefined;
  /**
   * How long ago a holder last renewed or wrote, by the store's clock. If the store has none, by the clocks of the
   * machines, but at least 0. `undefined` if no holder ever did.
   */
  readonly idle: Duration | undefined;
}

/** What the board stores. */
export interface BoardContents {
  /** The memory of each job, by the job's name. */
  readonly jobs: ReadonlyMap<string, string>;
  /** Open runs, by run id; in any order. */
  readonly runs: ReadonlyMap<string, string>;
}

/** One write. No entry occurs twice in it. */
export interface BoardChange {
  /** Memories that changed; `key` is the job's name. */
  readonly jobs: readonly Entry[];
  /** Open runs that changed; `key` is the run's id. */
  readonly runs: readonly Entry[];
  /** Outcomes and failed attempts, in their order. */
  readonly log: readonly LogEntry[];
  /** Whether the change has all memories and all open runs. All others in the store are deleted then. */
  readonly isWhole?: boolean;
}

/** A memory or an open run. */
export interface Entry {
  /** The job that the entry belongs to: a write may be split between jobs. */
  readonly job: string;
  readonly key: string;
  /** JSON; `undefined` if the entry is deleted. */
  readonly text: string | undefined;
}

export interface LogEntry {
  readonly job: string;
  /** JSON, mostly below 5 kB. */
  readonly text: string;
}

/** A log entry in the store. */
export interface Logged {
  /** Where {@link Board.log} can continue. It has no other meaning. */
  readonly position: string;
  readonly text: string;
}

export type Written =
  | { readonly kind: 'done' }
  /** Somebody else took the lease. This holder can never write again. */
  | { readonly kind: 'lost' }
  /**
   * The store went back. `seq` is the last number of this fence that it has written; −1 if it knows only lower fences.
   */
  | { readonly kind: 'behind'; readonly seq: number };

/**
 * How long a short request may take before its outcome counts as unknown.
 *
 * @public
 */
export const BOARD_PATIENCE: Duration = 1_000;

/**
 * The same as {@link BOARD_PATIENCE}, for requests whose size depends on the state.
 *
 * @public
 */
export const LONG_BOARD_PATIENCE: Duration = 10_000;

/** How many log entries a store keeps. */
export const LOG_LENGTH = 100_000;

/** A request to a store failed. The message is a sentence without secrets. */
export class BoardTrouble extends Error {
  override readonly name = 'BoardTrouble';
  /**
   * - `unreachable`: no response in time, or no connection. Repeating the request may help.
   * - `refused`: the store does not accept us or cannot serve (password, TLS, version, read-only, memory full). Only a
   * person can change that; the message says how.
   */
  readonly kind: 'unreachable' | 'refused';

  constructor(kind: BoardTrouble['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Returns why a request failed, for a sentence that already names the place. */
export const reasonOf = ({ message }: BoardTrouble, { place }: Pick<Board, 'place'>): string =>
  message.startsWith(`${place}: `) ? message.slice(place.length + 2) : message;

/** Where a board is, and how to reach it. */
export interface BoardPlace {
  /**
   * The URL from `state`, with a scheme of this kind. May contain a user name and a password. `?prefix=night` separates
   * several states in one store; default `timers`, `[A-Za-z0-9_-]`.
   */
  readonly url: string;
  /** From `password_file`; replaces a password in the URL. */
  readonly password: string | undefined;
  readonly clock: Clock;
}

/**
 * A kind of store.
 *
 * @public
 */
export interface BoardKind {
  /** Opens a board. Connects in the background: until that succeeds, the methods reject. Never throws. */
  open(place: BoardPlace): Board;
}
