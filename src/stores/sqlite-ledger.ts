import type { Clock } from '../domain/clock.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { JobRecord, Ledger, LedgerTrouble, Recollection, Recorded } from '../domain/ledger.js';
import type { OutcomeLog } from '../domain/outcome-log.js';
import { MINUTE, SECOND, type Cancel, type Duration, type Instant } from '../domain/time.js';
import { clearPlace, describeMishap } from './clear-place.js';
import type { Mishap } from './header.js';
import { Hold } from './hold.js';
import type { StateOptions } from './state-options.js';
import type { LedgerFile } from './ledger-file.js';
import { LedgerReports } from './ledger-reports.js';
import { openFile, type FileOpening } from './open-file.js';
import { readMemories } from './read-memories.js';
import type { Taking } from './take-state.js';
import { repeat } from './repeat.js';
import { troubleIn, type Trouble, plainly } from './trouble.js';
import { MOST_KEPT, PendingRecords } from './pending-records.js';

/** The pause between two attempts to record pending facts. */
const BETWEEN_TRIES: Duration = 2 * SECOND;
/** The minimum time between two checks of the file. */
const BETWEEN_LOOKS: Duration = 5 * SECOND;
/** The largest share of time for checks of the file. If other programs wrote to the file, a check reads all of it. */
const SHARE_OF_LOOKS = 1 / 100;
/** The pause after a commit that met another program's lock, which is not reported yet. */
const FIRST_RETRY: Duration = 100;
/** How long each attempt waits for another program, on the event loop that firings need. */
const PATIENCE: Duration = 5;
/** The pause between two checks that our lock is at its path; a check takes a few microseconds. */
const BETWEEN_WATCHES: Duration = 5 * SECOND;
/**
 * How often a scheduler with nothing to record notes that it is alive. This writes one page to the log, without waiting
 * for the disk.
 */
const BETWEEN_BEATS: Duration = 30 * SECOND;
const FIRST_UPKEEP: Duration = SECOND;
/** The pause after maintenance has failed. */
const LATER: Duration = MINUTE;

type Failure = Pick<Trouble, 'reason'> & Partial<Pick<Trouble, 'isDamage' | 'isBusy' | 'isFull'>>;

/**
 * The ledger in an SQLite file. Each commit is one transaction. What can't be written is folded into
 * {@link PendingRecords} and retried every two seconds. After a short lock by another program, it is retried sooner and
 * not reported.
 *
 * A file that is no longer a ledger is renamed. A new file starts with everything known: the memories of all jobs, and
 * the open runs. A state file that can't be opened at startup is opened as soon as possible. Until then, its memories
 * apply if it can be read. Firings missed before startup are not caught up.
 */
export class SqliteLedger implements Ledger {
  readonly #options: StateOptions;
  readonly #clock: Clock;
  readonly #recollection: Recollection;
  readonly #unrecorded: PendingRecords;
  readonly #hold: Hold;
  /** `undefined` until a file could be opened, and after a file was given up until a new one is open. */
  #file: LedgerFile | undefined;
  #now: Instant;
  /** Why the last commit could not be written; it is retried. */
  #failure: Failure | undefined;
  readonly #reports: LedgerReports;
  readonly #otherLock = new ShortLock();
  /** The number of ad-hoc timers of an earlier scheduler, in a file that was opened late. */
  #adHoc = 0;
  #nextLook: Duration;
  #isClosed = false;
  #disarmTry: Cancel = () => undefined;
  readonly #disarmUpkeep: Cancel;
  readonly #disarmWatch: Cancel;
  #writtenAt: Duration;
  /** Set once another scheduler has the state file. */
  #taken: Failure | undefined;

  /** `taking` and `opening` are the results of the two steps of opening a state file. */
  constructor(options: StateOptions, taking: Taking, opening: FileOpening) {
    this.#options = options;
    this.#clock = options.clock;
    this.#hold = new Hold(options, taking);
    this.#reports = new LedgerReports(options.path);
    if (opening.kind === 'open') this.#use(opening.file);
    this.#recollection = this.#file?.recollection ?? memoriesIn(options);
    this.#unrecorded = new PendingRecords(this.#recollection);
    // Overwrites invalid content.
    if (this.#file && this.#file.invalid.count > 0) this.#unrecorded.restate();
    this.#now = this.#clock.now();
    this.#writtenAt = this.#clock.monotonic();
    this.#nextLook = this.#clock.monotonic() + BETWEEN_LOOKS;
    this.#disarmUpkeep = repeat(this.#clock, FIRST_UPKEEP, { step: () => this.#upkeep(), afterError: LATER });
    this.#disarmWatch = repeat(this.#clock, BETWEEN_WATCHES, {
      step: () => this.#watch(),
      afterError: BETWEEN_WATCHES,
    });
    if (opening.kind === 'unavailable') this.#tryLater(opening);
  }

  /**
   * What has been recorded so far, read through the writing connection. Closing a second connection would release the
   * POSIX locks of the file.
   */
  get recorded(): Recorded | undefined {
    return this.#file?.recorded;
  }

  /** The outcomes as a log; `undefined` while the state file can't be written. */
  get outcomes(): OutcomeLog | undefined {
    return this.#failure === undefined && !this.#isClosed ? this.#file?.outcomes : undefined;
  }

  recall(): Recollection {
    return this.#recollection;
  }

  commit(events: readonly TimerEvent[], changed: readonly JobRecord[], now: Instant): undefined {
    this.#unrecorded.add(events, changed);
    this.#now = now;
    if (this.#failure === undefined) this.#record();
    else this.#keepFor(this.#failure);
  }

  get isBehind(): boolean {
    return this.#failure !== undefined;
  }

  onTrouble(listener: (trouble: LedgerTrouble) => void): void {
    this.#reports.listen(listener);
    this.#reports.invalid(this.#file);
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

  close(): undefined {
    this.#isClosed = true;
    this.#disarmUpkeep();
    this.#disarmWatch();
    this.#disarmTry();
    this.#now = this.#clock.now();
    this.#record();
    this.#disarmTry();
    if (this.#failure) this.#reports.unrecorded(this.#failure.reason, this.#unrecorded.records);
    // On a full disk the log keeps its space for the next scheduler, as after a crash. Closing it would free that space
    // for other programs.
    if (!this.#failure?.isFull) writeBackAndClose(this.#file);
    this.#hold.release();
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
    return plainly(
      file.path,
      troubleIn(() => file.write(this.#unrecorded, this.#now)),
    );
  }

  #openAnew(): LedgerFile | Failure {
    const held = this.#hold.take();
    if ('reason' in held) return held;
    const { path } = this.#hold;
    const toOpen = { path, retention: this.#options.retention, wasUsed: held.wasUsed, patience: PATIENCE };
    const now = this.#clock.now();
    const opening = openFile(toOpen, now);
    if (opening.kind !== 'open') return opening;
    if (opening.setAside !== undefined) this.#reports.setAside(opening.setAside);
    this.#use(opening.file);
    this.#reports.invalid(opening.file);
    this.#adHoc = this.#unrecorded.takeOver(opening.file.recollection, now);
    return opening.file;
  }

  #use(file: LedgerFile): void {
    this.#file = file;
    file.holder = this.#hold.opened();
  }

  #recorded(): void {
    const { lost } = this.#unrecorded;
    const adHoc = this.#adHoc;
    this.#unrecorded.recorded();
    this.#failure = undefined;
    this.#otherLock.end();
    this.#writtenAt = this.#clock.monotonic();
    this.#adHoc = 0;
    this.#reports.recovered(lost, adHoc);
  }

  #tryLater(failure: Failure): void {
    this.#failure = failure;
    // Checks the file before the next attempt, because it may have been replaced.
    this.#nextLook = Number.NEGATIVE_INFINITY;
    const isShort = failure.isBusy && !this.#reports.hasTrouble;
    const pause = isShort ? this.#otherLock.pauseAt(this.#clock.monotonic()) : undefined;
    if (pause === undefined) this.#reports.unavailable(failure.reason);
    this.#keep(failure);
    this.#disarmTry = this.#clock.after(pause ?? BETWEEN_TRIES, () => this.#record());
  }

  /** Keeps new facts while commits fail. While the disk is full, writes at least the essentials. */
  #keepFor(failure: Failure): void {
    // The trouble was already reported, or the next attempt will report it.
    if (failure.isFull) troubleIn(() => this.#file?.writeEssentials(this.#unrecorded, this.#now));
    this.#keep(failure);
  }

  /** Keeps unrecorded events in memory, up to a limit. Nothing is dropped without a report. */
  #keep({ reason }: Failure): void {
    this.#unrecorded.trim();
    if (this.#unrecorded.lost > 0) this.#reports.unavailable(reason);
  }

  /**
   * Checks the file, and gives it up if it is no longer the same. If another scheduler has the state file by now, only
   * returns that.
   */
  #look(): Failure | undefined {
    const taken = this.#keepHold();
    if (taken !== undefined) return taken;
    const file = this.#file;
    const now = this.#clock.monotonic();
    if (file === undefined || now < this.#nextLook) return undefined;
    let mishap: Mishap | undefined;
    const failure = troubleIn(() => (mishap = file.mishap()));
    const later = this.#clock.monotonic();
    this.#nextLook = later + Math.max(BETWEEN_LOOKS, (later - now) / SHARE_OF_LOOKS);
    return failure ?? (mishap && this.#giveUp(mishap, describeMishap(file, mishap)));
  }

  /** Closes the file, and renames the file that is now at its path. The next write creates a new one. */
  #giveUp(mishap: Mishap, reason: string): Failure | undefined {
    const file = this.#file;
    if (file === undefined) return undefined;
    return troubleIn(() => {
      const salvaged = mishap === 'overwritten' ? undefined : file.salvage(MOST_KEPT);
      const aside = clearPlace(file, mishap, this.#clock.now());
      // Closed only now, because closing would write to a file that is still at its path.
      file.close();
      this.#file = undefined;
      this.#unrecorded.restate();
      if (salvaged !== undefined) this.#unrecorded.takeBack(salvaged);
      // The number of lost records is reported only with the end of trouble, so the trouble must be reported, too.
      if (aside === undefined || this.#unrecorded.lost > 0) this.#reports.unavailable(reason);
      if (aside !== undefined) this.#reports.setAside({ file: file.path, aside, reason });
    });
  }

  /**
   * Keeps the lock at its path, and records in the state file that this scheduler is alive. Returns the time until the
   * next call; `undefined` if another scheduler has the state file.
   */
  #watch(): Duration | undefined {
    if (this.#keepHold() !== undefined) return undefined;
    if (this.#file === undefined) return BETWEEN_WATCHES;
    this.#file.holder = this.#hold.opened();
    if (this.#failure !== undefined || this.#clock.monotonic() - this.#writtenAt < BETWEEN_BEATS)
      return BETWEEN_WATCHES;
    this.#now = this.#clock.now();
    this.#record();
    return BETWEEN_WATCHES;
  }

  /**
   * Makes sure that other schedulers find our lock. Returns the holder if the state file belongs to another scheduler.
   * From then on, this one touches nothing and must stop.
   */
  #keepHold(): Failure | undefined {
    if (this.#taken !== undefined) return this.#taken;
    const other = this.#hold.keep();
    if (other === undefined || !(other.isForGood || isDisplaced(this.#file))) return undefined;
    this.#taken = other;
    this.#reports.unavailable(other.reason);
    this.#clock.soon(() => this.#options.onTaken?.());
    return other;
  }

  /**
   * Does some maintenance, and returns the time until the next step. What fails here also fails in commits, which
   * report it.
   */
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

/** Returns what is known of a state file that can't be opened. Its open runs get their outcomes once it can be. */
const memoriesIn = ({ path, clock }: StateOptions): Recollection => ({
  jobs: readMemories(path, clock.now()),
  open: [],
  lastSeenAt: undefined,
});

/** Another program's lock, which is not reported while it may be short. */
class ShortLock {
  #since: Duration | undefined;

  /** Returns the time until the next attempt; `undefined` once the lock has lasted too long and must be reported. */
  pauseAt(now: Duration): Duration | undefined {
    this.#since ??= now;
    const lasted = now - this.#since;
    return lasted < BETWEEN_TRIES ? Math.min(Math.max(lasted, FIRST_RETRY), BETWEEN_TRIES - lasted) : undefined;
  }

  end(): void {
    this.#since = undefined;
  }
}

function isDisplaced(file: LedgerFile | undefined): boolean {
  let isOther = false;
  troubleIn(() => (isOther = file?.displaced() !== undefined));
  return isOther;
}

/** Writes the log back and closes the file. If that fails, the next scheduler that opens the file reads the log. */
function writeBackAndClose(file: LedgerFile | undefined): void {
  troubleIn(() => file?.checkpoint('TRUNCATE'));
  file?.close();
}
