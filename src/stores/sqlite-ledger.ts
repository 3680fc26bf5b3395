import type { Clock } from '../domain/clock.js';
import type { TimerEvent } from '../domain/event.js';
import type { JobRecord, Ledger, LedgerTrouble, Recollection } from '../domain/ledger.js';
import { MINUTE, SECOND, type Cancel, type Duration, type Instant } from '../domain/time.js';
import { removeCompanions, setAside } from './aside.js';
import type { Mishap } from './header.js';
import type { StateOptions } from './kind.js';
import type { LedgerFile } from './ledger-file.js';
import { openFile } from './open-file.js';
import { troubleIn, type Trouble } from './trouble.js';
import { Unrecorded } from './unrecorded.js';

/** From one try to record what could not be recorded to the next. */
const BETWEEN_TRIES: Duration = 2 * SECOND;
/** From one look at what has become of the file to the next, at the least. */
const BETWEEN_LOOKS: Duration = 5 * SECOND;
const FIRST_UPKEEP: Duration = SECOND;
/** Behind upkeep that could not be done. */
const LATER: Duration = MINUTE;

type Failure = Pick<Trouble, 'reason' | 'isDamage'>;

const MISHAPS: Readonly<Record<Mishap, string>> = {
  removed: 'it was removed while in use',
  replaced: 'another file was put in its place while in use',
  overwritten: 'it was overwritten while in use',
};

/**
 * The ledger in an SQLite file. Every commit is one transaction of it; what cannot be written is kept, folded, in {@link Unrecorded} and tried again
 * every two seconds. A file that is no longer a ledger is set aside, and a new one begins with all that is known: the memories of all jobs, and
 * the open runs.
 */
export class SqliteLedger implements Ledger {
  readonly #options: StateOptions;
  readonly #clock: Clock;
  readonly #unlock: () => void;
  readonly #recollection: Recollection;
  readonly #unrecorded: Unrecorded;
  /** Absent between a file that was given up and a new one. */
  #file: LedgerFile | undefined;
  #now: Instant;
  #trouble: LedgerTrouble | undefined;
  #tell: (trouble: LedgerTrouble) => void = () => undefined;
  #lookedAt: Duration;
  #disarmTry: Cancel = () => undefined;
  #disarmUpkeep: Cancel = () => undefined;

  constructor(options: StateOptions, file: LedgerFile, unlock: () => void) {
    this.#options = options;
    this.#clock = options.clock;
    this.#unlock = unlock;
    this.#file = file;
    this.#recollection = file.recollection;
    this.#unrecorded = new Unrecorded(file.recollection);
    this.#now = this.#clock.now();
    this.#lookedAt = this.#clock.monotonic();
    this.#armUpkeep(FIRST_UPKEEP);
  }

  recall(): Recollection {
    return this.#recollection;
  }

  commit(events: readonly TimerEvent[], changed: readonly JobRecord[], now: Instant): void {
    this.#unrecorded.add(events, changed);
    this.#now = now;
    if (this.#trouble === undefined) this.#record();
    else this.#unrecorded.trim();
  }

  onTrouble(listener: (trouble: LedgerTrouble) => void): void {
    this.#tell = listener;
    if (this.#trouble !== undefined) listener(this.#trouble);
  }

  close(): void {
    this.#disarmUpkeep();
    this.#disarmTry();
    this.#record();
    this.#disarmTry();
    this.#tellUnrecorded();
    const file = this.#file;
    // A log that cannot be written back is read by who opens the file next.
    troubleIn(() => file?.checkpoint('TRUNCATE'));
    file?.close();
    this.#unlock();
  }

  #tellUnrecorded(): void {
    if (this.#trouble?.kind !== 'unavailable') return;
    this.#tell({ ...this.#trouble, kind: 'unrecorded', lost: this.#unrecorded.records });
  }

  #record(): void {
    let failure = this.#look() ?? this.#write();
    if (failure?.isDamage) failure = this.#giveUp('overwritten', failure.reason) ?? this.#write();
    if (failure === undefined) this.#recorded();
    else this.#tryLater(failure.reason);
  }

  #write(): Failure | undefined {
    const file = this.#file ?? this.#openAnew();
    if ('reason' in file) return file;
    return troubleIn(() => file.write(this.#unrecorded, this.#now));
  }

  #openAnew(): LedgerFile | Failure {
    const { path, retention } = this.#options;
    const opening = openFile({ path, retention, wasUsed: true }, this.#clock.now());
    if (opening.kind === 'unavailable') return { reason: opening.reason, isDamage: false };
    if (opening.setAside !== undefined) this.#tell({ kind: 'set_aside', ...opening.setAside });
    this.#file = opening.file;
    return opening.file;
  }

  #recorded(): void {
    const { lost } = this.#unrecorded;
    this.#unrecorded.recorded();
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#tell({ kind: 'recovered', file: this.#options.path, lost });
  }

  #tryLater(reason: string): void {
    this.#unrecorded.trim();
    this.#unavailable(reason);
    // What went wrong may be that the file is another.
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    this.#disarmTry = this.#clock.after(BETWEEN_TRIES, () => this.#record());
  }

  #unavailable(reason: string): void {
    if (this.#trouble !== undefined) return;
    this.#trouble = { kind: 'unavailable', file: this.#options.path, reason };
    this.#tell(this.#trouble);
  }

  /** Gives the file up if it is not what it was. */
  #look(): Failure | undefined {
    const file = this.#file;
    const now = this.#clock.monotonic();
    if (file === undefined || now - this.#lookedAt < BETWEEN_LOOKS) return undefined;
    this.#lookedAt = now;
    let mishap: Mishap | undefined;
    const failure = troubleIn(() => (mishap = file.mishap()));
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
    let pause = LATER;
    const trouble = troubleIn(() => (pause = this.#file?.upkeep.step(this.#clock.now()) ?? LATER));
    if (trouble?.isDamage) {
      this.#giveUp('overwritten', trouble.reason);
      this.#disarmTry();
      this.#record();
    }
    return pause;
  }
}
