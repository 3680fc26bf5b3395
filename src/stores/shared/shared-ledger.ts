import type { Clock } from '../../domain/clock.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { Committed, JobRecord, Ledger, LedgerTrouble, Recollection } from '../../domain/ledger.js';
import { MINUTE, type Duration } from '../../domain/time.js';
import { raiseLater } from '../../turns/raise-later.js';
import { PendingRecords } from '../pending-records.js';
import type { Invalid } from '../row-reader.js';
import {
  BoardTrouble,
  reasonOf,
  type Board,
  type BoardChange,
  type Entry,
  type LeaseTaken,
  type LogEntry,
  type Written,
} from './board.js';
import { takeEarlyPieces } from './early-pieces.js';
import { entryOfJob, entryOfRun, logOf, removedEntry, type Left } from './entries.js';

/** How long log entries are kept in memory, in case the store goes back. */
const RECENT: Duration = MINUTE;
/** The longest pause before a write of unknown outcome is sent again. */
const LONGEST_PAUSE: Duration = 200;
/** Consecutive failures before trouble is reported. */
const PATIENT_TRIES = 5;
/** A new holder continues where the last one was if that one was seen at most this many leases ago. */
const HANDOVER_LEASES = 10;

interface SharedLedgerParts {
  readonly board: Board;
  readonly clock: Clock;
  readonly lease: Duration;
  /** The name of this machine. */
  readonly name: string;
  /** Renews the lease, which a store that went back may have lost. Never rejects. */
  readonly putLeaseBack: () => Promise<void>;
  /** Called once when the state belongs to another scheduler. */
  readonly onLost: () => void;
  /**
   * Called when the store went back, before it gets everything again. `behind` is the number of writes it had lost; −1
   * if the store does not know.
   */
  readonly onWentBack: (behind: number) => void;
  /** Called with the time that each write took, from its first try until the store confirmed it. */
  readonly onCommitted?: ((took: Duration) => void) | undefined;
}

/**
 * The ledger of the scheduler that has the lease of a shared state. One write is pending at a time, and commits in the
 * meantime go with the next one. A write of unknown outcome is sent again under its number. A store that went back gets
 * everything again.
 */
export class SharedLedger implements Ledger {
  readonly handsOver = true;
  readonly #parts: SharedLedgerParts;
  readonly #fence: number;
  readonly #recollection: Recollection;
  /** Entries of the last holder that cannot be read. */
  readonly #invalid: Invalid;
  readonly #unrecorded: PendingRecords;
  /** The highest order among the runs that were left open. */
  readonly #before: number;
  #seq = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #next: Promise<Committed> | undefined;
  /** Log entries of the last minute, each with the number of its write. */
  #recent: { readonly seq: number; readonly at: Duration; readonly entry: LogEntry }[] = [];
  /** The number of consecutive writes of unknown outcome. */
  #failures = 0;
  #isLost = false;
  #lose: () => void = () => undefined;
  readonly #lost = new Promise<'lost'>((resolve) => (this.#lose = () => resolve('lost')));
  #trouble: LedgerTrouble | undefined;
  #tell: (trouble: LedgerTrouble) => void = () => undefined;

  /** `left` is what the last holder left. `invalid` is what of that cannot be read. */
  constructor(parts: SharedLedgerParts, { fence, idle }: LeaseTaken, { jobs, open }: Left, invalid: Invalid) {
    this.#parts = parts;
    this.#fence = fence;
    this.#invalid = invalid;
    const isHandedOver = idle !== undefined && idle <= HANDOVER_LEASES * parts.lease;
    this.#recollection = {
      jobs,
      open,
      lastSeenAt: idle === undefined ? undefined : parts.clock.now() - idle,
      ...(isHandedOver && { isHandedOver }),
      node: parts.name,
    };
    this.#unrecorded = new PendingRecords(this.#recollection);
    // Runs that were left open are already on the board.
    this.#unrecorded.recorded();
    this.#before = open.at(-1)?.order ?? 0;
  }

  recall(): Recollection {
    return this.#recollection;
  }

  commit(events: readonly TimerEvent[], changed: readonly JobRecord[]): Promise<Committed> {
    if (this.#isLost) return Promise.resolve('lost');
    this.#unrecorded.add(events, changed);
    return (this.#next ??= this.#writing.then(() => this.#send()));
  }

  /** Whether the ledger has reported that the store fails, and not yet that it responds again. */
  get hasTrouble(): boolean {
    return this.#trouble !== undefined;
  }

  get isBehind(): boolean {
    return this.#isLost || this.#trouble !== undefined;
  }

  onTrouble(listener: (trouble: LedgerTrouble) => void): void {
    this.#tell = listener;
    const { count, words: problems } = this.#invalid;
    if (count > 0) listener({ kind: 'invalid', file: this.#parts.board.place, count, problems });
    if (this.#trouble !== undefined) listener(this.#trouble);
  }

  /** Stops recording, because the lease has expired by the clock of this machine, or another scheduler has it. */
  giveUp(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#lose();
    this.#parts.onLost();
  }

  async settle(patience: Duration): Promise<void> {
    const { clock } = this.#parts;
    await Promise.race([this.#allWritten(), new Promise<void>((resolve) => clock.after(patience, resolve))]);
  }

  async close(): Promise<void> {
    await this.#allWritten();
  }

  async #allWritten(): Promise<void> {
    while (this.#next !== undefined && !this.#isLost) await this.#next;
    await this.#writing;
  }

  #send(): Promise<Committed> {
    this.#next = undefined;
    const sending = this.#writeAll().catch((bug: unknown) => this.#fail(bug));
    this.#writing = sending;
    return sending;
  }

  /**
   * Gives up after a bug, when it is unknown what was written. The next holder of the lease continues from what the
   * store has.
   */
  #fail(bug: unknown): Committed {
    this.giveUp();
    raiseLater(this.#parts.clock, bug);
    return 'lost';
  }

  /**
   * Writes all changes, in pieces if they are many. Each run is in one piece, and what depends on the memory of a job
   * is in the last one.
   */
  async #writeAll(): Promise<Committed> {
    const pieces = [...takeEarlyPieces(this.#unrecorded), this.#take()];
    const first = this.#seq + 1;
    for (const [index, { log }] of pieces.entries()) this.#remember(first + index, log);
    for (const piece of pieces) {
      const wrote = await this.#write(++this.#seq, piece);
      if (wrote !== 'piece') return wrote;
    }
    return 'recorded';
  }

  /** Writes a piece, or everything at once if the store went back. */
  async #write(seq: number, piece: BoardChange): Promise<Committed | 'piece'> {
    const { clock, onCommitted } = this.#parts;
    const begunAt = clock.monotonic();
    let change = piece;
    for (let tries = 0; ; tries++) {
      const written = await Promise.race([this.#lost, this.#try(seq, change)]);
      if (written === 'lost' || this.#isLost) return 'lost';
      if (written === undefined) await this.#pause(tries);
      else if (written.kind === 'lost') this.giveUp();
      else if (written.kind === 'done') {
        onCommitted?.(clock.monotonic() - begunAt);
        this.#done();
        return change === piece ? 'piece' : 'recorded';
      } else {
        await Promise.race([this.#lost, this.#parts.putLeaseBack()]);
        change = this.#whole(seq, written.seq);
        this.#parts.onWentBack(written.seq === -1 ? -1 : seq - 1 - written.seq);
      }
    }
  }

  /** Sends a write. Returns `undefined` if its outcome is unknown. */
  async #try(seq: number, change: BoardChange): Promise<Written | undefined> {
    try {
      return await this.#parts.board.write(this.#fence, seq, change);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    if (++this.#failures < PATIENT_TRIES || this.#trouble !== undefined) return;
    const { board } = this.#parts;
    const reason = error instanceof BoardTrouble ? reasonOf(error, board) : String(error);
    this.#trouble = { kind: 'unavailable', file: board.place, reason, isShared: true };
    this.#tell(this.#trouble);
  }

  #done(): void {
    this.#failures = 0;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#tell({ kind: 'recovered', file: this.#parts.board.place, lost: 0 });
  }

  #pause(tries: number): Promise<unknown> {
    const pause = Math.min(10 * 2 ** tries, LONGEST_PAUSE);
    return Promise.race([this.#lost, new Promise<void>((resolve) => this.#parts.clock.after(pause, resolve))]);
  }

  /**
   * Removes and returns the changes that have not been sent yet. The caller keeps them until they are written or the
   * state is lost.
   */
  #take(): BoardChange {
    const unrecorded = this.#unrecorded;
    const { changedJobs, removedJobs, changedRuns, closedRuns } = unrecorded;
    const removed = [...removedJobs].filter((name) => !changedJobs.has(name));
    const change: BoardChange = {
      jobs: [...Array.from(changedJobs.values(), entryOfJob), ...removed.map((name) => removedEntry(name, name))],
      runs: [
        ...Array.from(changedRuns, (entry) => entryOfRun(entry, this.#before)),
        ...closedRuns.map(({ run }) => removedEntry(run.firing.jobName, run.runId)),
      ],
      log: logOf(unrecorded),
    };
    unrecorded.recorded();
    return change;
  }

  /**
   * Returns everything that is known, and the log entries after write `since`, including those of the remaining pieces.
   */
  #whole(seq: number, since: number): BoardChange {
    this.#unrecorded.restate();
    const { jobs, runs, log: further } = this.#take();
    this.#remember(seq, further);
    const known = ({ text }: Entry) => text !== undefined;
    this.#recent = this.#recent.map((one) => (one.seq > seq ? { ...one, seq } : one));
    const log = this.#recent.filter((one) => one.seq > since).map(({ entry }) => entry);
    return { jobs: jobs.filter(known), runs: runs.filter(known), log, isWhole: true };
  }

  #remember(seq: number, log: readonly LogEntry[]): void {
    const at = this.#parts.clock.monotonic();
    for (const entry of log) this.#recent.push({ seq, at, entry });
    if ((this.#recent[0]?.at ?? at) < at - RECENT) this.#recent = this.#recent.filter((one) => one.at >= at - RECENT);
  }
}
