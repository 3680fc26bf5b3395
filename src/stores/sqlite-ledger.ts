import type { Clock } from '../domain/clock.js';
import type { TimerEvent } from '../domain/event.js';
import type { JobRecord, Ledger, LedgerTrouble, Recollection, Recorded } from '../domain/ledger.js';
import { MINUTE, SECOND, type Cancel, type Duration, type Instant } from '../domain/time.js';
import { removeCompanions, setAside } from './aside.js';
import type { Mishap } from './header.js';
import type { StateOptions } from './kind.js';
import type { LedgerFile } from './ledger-file.js';
import { openFile, type FileOpening } from './open-file.js';
import { realPath } from './real-path.js';
import { takeState, type Taking } from './take-state.js';
import { troubleIn, type Trouble } from './trouble.js';
import { Unrecorded } from './unrecorded.js';

/** From one try to record what could not be recorded to the next. */
const BETWEEN_TRIES: Duration = 2 * SECOND;
/** From one look at what has become of the file to the next, at the least. */
const BETWEEN_LOOKS: Duration = 5 * SECOND;
/** At the most so large a part of the time goes into looks, since one at a file that others wrote into reads all of it. */
const SHARE_OF_LOOKS = 1 / 100;
/** From a commit that met another program's lock to the next try, which nobody is told of yet. */
const FIRST_RETRY: Duration = 100;
/** How long each try waits for another program, on the loop that firings need. */
const PATIENCE: Duration = 5;
const FIRST_UPKEEP: Duration = SECOND;
/** Behind upkeep that could not be done. */
const LATER: Duration = MINUTE;

type Failure = Pick<Trouble, 'reason'> & Partial<Pick<Trouble, 'isDamage' | 'isBusy'>>;

const NOTHING: Recollection = { jobs: new Map(), open: [], lastSeenAt: undefined };

const MISHAPS: Readonly<Record<Mishap, string>> = {
  removed: 'it was removed while in use',
  replaced: 'another file was put in its place while in use',
  overwritten: 'it was overwritten while in use',
};

/**
 * The ledger in an SQLite file. Every commit is one transaction of it; what cannot be written is kept, folded, in {@link Unrecorded} and tried again
 * every two seconds, and sooner, without a word, behind a short lock of another program. A file that is no longer a ledger is set aside, and a new
 * one begins with all that is known: the memories of all jobs, and the open runs. A state that could not be opened at the start is taken up as soon
 * as it can be; what passed before that start is then not made up for.
 */
export class SqliteLedger implements Ledger {
  readonly #options: StateOptions;
  readonly #clock: Clock;
  readonly #recollection: Recollection;
  readonly #unrecorded: Unrecorded;
  /** Absent until the state could be locked. */
  #lock: Extract<Taking, { readonly kind: 'held' }> | undefined;
  /** The file's real path, as of when it was locked. */
  #path: string;
  /** Absent until one could be opened, and between a file that was given up and a new one. */
  #file: LedgerFile | undefined;
  #now: Instant;
  /** Why the last commit could not be written; it is tried again. */
  #failure: Failure | undefined;
  /** What was told of it: nothing yet of a lock that may be short. */
  #trouble: Extract<LedgerTrouble, { readonly kind: 'unavailable' }> | undefined;
  #busySince: Duration | undefined;
  /** Of an earlier scheduler, in a file that was opened late. */
  #adHoc = 0;
  #tell: (trouble: LedgerTrouble) => void = () => undefined;
  #nextLook: Duration;
  #isClosed = false;
  #disarmTry: Cancel = () => undefined;
  #disarmUpkeep: Cancel = () => undefined;

  /** `taking` and `opening`: how far a start has come. */
  constructor(options: StateOptions, taking: Exclude<Taking, { readonly kind: 'in_use' }>, opening: FileOpening) {
    this.#options = options;
    this.#clock = options.clock;
    this.#path = options.path;
    this.#lock = taking.kind === 'held' ? taking : undefined;
    this.#file = opening.kind === 'open' ? opening.file : undefined;
    this.#recollection = this.#file?.recollection ?? NOTHING;
    this.#unrecorded = new Unrecorded(this.#recollection);
    this.#now = this.#clock.now();
    this.#nextLook = this.#clock.monotonic() + BETWEEN_LOOKS;
    this.#armUpkeep(FIRST_UPKEEP);
    if (opening.kind === 'unavailable') this.#tryLater(opening);
  }

  /** What is recorded so far, over the connection that writes: a second one to the file would let go of its POSIX locks when it closes. */
  get recorded(): Recorded | undefined {
    return this.#file?.recorded;
  }

  recall(): Recollection {
    return this.#recollection;
  }

  commit(events: readonly TimerEvent[], changed: readonly JobRecord[], now: Instant): void {
    this.#unrecorded.add(events, changed);
    this.#now = now;
    if (this.#failure === undefined) this.#record();
    else this.#keep(this.#failure);
  }

  get isBehind(): boolean {
    return this.#failure !== undefined;
  }

  onTrouble(listener: (trouble: LedgerTrouble) => void): void {
    this.#tell = listener;
    if (this.#trouble !== undefined) listener(this.#trouble);
  }

  async settle(patience: Duration): Promise<void> {
    const until = this.#clock.monotonic() + patience;
    while (this.#isLockedOut() && this.#clock.monotonic() < until) {
      await new Promise<void>((resolve) => this.#clock.after(FIRST_RETRY, resolve));
      this.#disarmTry();
      if (this.#isLockedOut()) this.#record();
    }
  }

  #isLockedOut(): boolean {
    return this.#failure?.isBusy === true && !this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    this.#disarmUpkeep();
    this.#disarmTry();
    this.#record();
    this.#disarmTry();
    this.#tellUnrecorded();
    const file = this.#file;
    // A log that cannot be written back is read by who opens the file next.
    troubleIn(() => file?.checkpoint('TRUNCATE'));
    file?.close();
    this.#lock?.release();
  }

  #tellUnrecorded(): void {
    if (this.#failure === undefined) return;
    const { reason } = this.#failure;
    this.#unavailable(reason);
    this.#tell({ kind: 'unrecorded', file: this.#options.path, reason, lost: this.#unrecorded.records });
  }

  #record(): void {
    let failure = this.#look() ?? this.#write();
    if (failure?.isDamage) failure = this.#giveUp('overwritten', failure.reason) ?? this.#write();
    if (failure === undefined) this.#recorded();
    else this.#tryLater(failure);
  }

  #write(): Failure | undefined {
    const file = this.#file ?? this.#openAnew();
    if ('reason' in file) return file;
    return troubleIn(() => file.write(this.#unrecorded, this.#now));
  }

  #openAnew(): LedgerFile | Failure {
    const lock = this.#take();
    if ('reason' in lock) return lock;
    const toOpen = { path: this.#path, retention: this.#options.retention, wasUsed: lock.wasUsed, patience: PATIENCE };
    const now = this.#clock.now();
    const opening = openFile(toOpen, now);
    if (opening.kind === 'unavailable') return opening;
    if (opening.setAside !== undefined) this.#tell({ kind: 'set_aside', ...opening.setAside });
    this.#file = opening.file;
    this.#adHoc = this.#unrecorded.takeOver(opening.file.recollection, now);
    return opening.file;
  }

  /** Makes sure that the state is locked. What its path leads to may be another file by now. */
  #take(): Extract<Taking, { readonly kind: 'held' }> | Failure {
    const path = realPath(this.#options.path);
    if (this.#lock !== undefined && path === this.#path) return this.#lock;
    this.#lock?.release();
    this.#lock = undefined;
    const taking = takeState(path, this.#options.pid, PATIENCE);
    if (taking.kind === 'unavailable') return taking;
    if (taking.kind === 'in_use') return { reason: inUse(taking.pid) };
    this.#path = path;
    this.#lock = taking;
    return taking;
  }

  #recorded(): void {
    const { lost } = this.#unrecorded;
    const adHoc = this.#adHoc;
    this.#unrecorded.recorded();
    this.#failure = undefined;
    this.#busySince = undefined;
    this.#adHoc = 0;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#tell({ kind: 'recovered', file: this.#options.path, lost, ...(adHoc > 0 && { adHoc }) });
  }

  #tryLater(failure: Failure): void {
    this.#failure = failure;
    // What went wrong may be that the file is another.
    this.#nextLook = Number.NEGATIVE_INFINITY;
    const pause = this.#silentPause(failure);
    if (pause === undefined) this.#unavailable(failure.reason);
    this.#keep(failure);
    this.#disarmTry = this.#clock.after(pause ?? BETWEEN_TRIES, () => this.#record());
  }

  /** Until the next try while another program has a lock that may be short; `undefined`: it is to be told. */
  #silentPause({ isBusy }: Failure): Duration | undefined {
    if (!isBusy || this.#trouble !== undefined) return undefined;
    const now = this.#clock.monotonic();
    this.#busySince ??= now;
    const lasted = now - this.#busySince;
    return lasted < BETWEEN_TRIES ? Math.min(Math.max(lasted, FIRST_RETRY), BETWEEN_TRIES - lasted) : undefined;
  }

  /** Keeps what is known, within bounds. Nothing is let go without a word. */
  #keep({ reason }: Failure): void {
    this.#unrecorded.trim();
    if (this.#unrecorded.lost > 0) this.#unavailable(reason);
  }

  /** Tells it, once for each reason. */
  #unavailable(reason: string): void {
    if (this.#trouble?.reason === reason) return;
    this.#trouble = { kind: 'unavailable', file: this.#options.path, reason };
    this.#tell(this.#trouble);
  }

  /** Gives the file up if it is not what it was. */
  #look(): Failure | undefined {
    const file = this.#file;
    const now = this.#clock.monotonic();
    if (file === undefined || now < this.#nextLook) return undefined;
    let mishap: Mishap | undefined;
    const failure = troubleIn(() => (mishap = file.mishap()));
    const later = this.#clock.monotonic();
    this.#nextLook = later + Math.max(BETWEEN_LOOKS, (later - now) / SHARE_OF_LOOKS);
    return failure ?? (mishap && this.#giveUp(mishap, MISHAPS[mishap]));
  }

  /** Lets go of the file, and sets aside what stands in its place. The next write begins a new one. */
  #giveUp(mishap: Mishap, reason: string): Failure | undefined {
    const file = this.#file;
    if (file === undefined) return undefined;
    return troubleIn(() => {
      const { path } = file;
      if (mishap !== 'overwritten') {
        // The log belongs to the file that was moved: who moved it has it whole then, and nobody else finds it.
        troubleIn(() => file.checkpoint('TRUNCATE'));
        removeCompanions(path);
      }
      const aside = mishap === 'removed' ? undefined : setAside(path, this.#clock.now());
      // Only now: a file that is still in its place would be written into.
      file.close();
      this.#file = undefined;
      this.#unrecorded.restate();
      if (aside === undefined) this.#unavailable(reason);
      else this.#tell({ kind: 'set_aside', file: path, aside, reason });
    });
  }

  #armUpkeep(delay: Duration): void {
    this.#disarmUpkeep = this.#clock.after(delay, () => this.#armUpkeep(this.#upkeep()));
  }

  /** Does a little upkeep, and answers when the next is due. What is in its way is in the way of commits too, and told then. */
  #upkeep(): Duration {
    const file = this.#file;
    let pause = LATER;
    const failure = this.#look() ?? troubleIn(() => (pause = this.#file?.upkeep.step(this.#clock.now()) ?? LATER));
    if (failure?.isDamage) this.#giveUp('overwritten', failure.reason);
    if (failure?.isDamage || this.#file !== file) {
      this.#disarmTry();
      this.#record();
    }
    return pause;
  }
}

const inUse = (pid: number | undefined): string =>
  `${pid === undefined ? 'another scheduler' : `the scheduler with pid ${pid}`} uses it by now`;
