import { fstatSync, readlinkSync, readSync, statSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Recollection } from '../domain/ledger.js';
import { salvageOutcomes, type SalvagedOutcomes } from './salvage.js';
import type { Duration, Instant } from '../domain/time.js';
import { HEADER_SIZE, isOurs, type Mishap } from './header.js';
import type { Holder } from './lock-holder.js';
import type { FileToOpen } from './state-options.js';
import { readJobs, readLastSeen, readOpenRuns } from './read.js';
import { rollBack } from './open-for-reading.js';
import { OutcomeTable } from './outcome-table.js';
import { migrate } from './migrations.js';
import { SqliteHistory } from './sqlite-history.js';
import { troubleIn, troubleOf } from './trouble.js';
import type { PendingRecords } from './pending-records.js';
import { furnish, Maintenance } from './maintenance.js';
import { Invalid } from './row-reader.js';
import { WriteBack } from './write-back.js';
import { createWriter, type LedgerWriter } from './writer.js';

/**
 * The size of a page, in bytes. Small, because a commit writes whole pages but changes little in each.
 * https://sqlite.org/wal.html#walformat
 */
const PAGE = 1024;
/** How long a commit waits for another program that writes to the file. */
const PATIENCE: Duration = 5;
/** Files up to this size, in bytes, are checked completely when they are opened, which takes 2 ms per MiB. */
const SMALL = 2 * 1024 * 1024;

/**
 * A ledger's file, open for writing.
 *
 * With `synchronous = NORMAL`, a commit passes its pages to the operating system and does not wait for the disk. A
 * killed process loses nothing. A power cut loses what the system still keeps in memory (the last 30 s on Linux), but
 * never damages older records. Waiting for the disk would cost every firing milliseconds.
 * https://sqlite.org/pragma.html#pragma_synchronous
 */
export class LedgerFile {
  readonly path: string;
  /** The content of the file when it was opened. */
  readonly recollection: Recollection;
  /** The invalid values that were left out of {@link recollection}. */
  readonly invalid = new Invalid();
  readonly upkeep: Maintenance;
  /** The current content of the file. */
  readonly recorded: SqliteHistory;
  /** The outcomes in the file, as a log. */
  readonly outcomes: OutcomeTable;
  readonly #database: DatabaseSyncInstance;
  /** The holder to record from the next commit on. */
  holder: Holder | undefined;
  readonly #writer: LedgerWriter;
  readonly #writeBack: WriteBack;

  /** @throws SQLite's errors. */
  constructor({ path, retention, patience }: Omit<FileToOpen, 'wasUsed'>) {
    const { size } = statSync(path);
    this.path = path;
    this.#database = new DatabaseSync(path, { timeout: patience });
    try {
      prepareFile(path, this.#database, size);
      this.recollection = {
        jobs: readJobs(this.#database, this.invalid),
        open: readOpenRuns(this.#database, this.invalid),
        lastSeenAt: readLastSeen(this.#database, this.invalid),
      };
      this.recorded = new SqliteHistory(this.#database);
      this.outcomes = new OutcomeTable(this.#database, (write) => this.#alter(write));
      this.#writer = createWriter(this.#database);
      this.#writeBack = new WriteBack(path, this.#database);
      this.upkeep = new Maintenance(path, { database: this.#database, writeBack: this.#writeBack, retention });
      if (size === 0) this.upkeep.makeRoom();
      else this.upkeep.takeOver();
      this.#database.exec('PRAGMA synchronous = NORMAL');
      this.waitForOthers(PATIENCE);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /**
   * Writes everything in one transaction, or nothing. On a full disk it still does {@link writeEssentials}, and then
   * throws.
   * @throws SQLite's errors.
   */
  write(unrecorded: PendingRecords, now: Instant): void {
    try {
      this.#tryTwice(() => {
        this.upkeep.keepReserve();
        this.#transact(() => {
          this.#writer.essentials(unrecorded, now, this.holder);
          this.#writer.outcomes(unrecorded);
        });
      });
    } catch (error) {
      if (lacksRoom(error)) this.writeEssentials(unrecorded, now);
      throw error;
    }
  }

  /**
   * Writes what the next scheduler needs so that nothing runs twice: the memories of jobs and the open runs, but no
   * outcomes. It changes rows in place, and uses the reserve if there is not enough space.
   * @throws SQLite's errors.
   */
  writeEssentials(unrecorded: PendingRecords, now: Instant): void {
    try {
      this.#tryTwice(() => this.#transact(() => this.#writer.essentials(unrecorded, now, this.holder)));
    } catch (error) {
      if (!lacksRoom(error)) throw error;
      this.#transact(() => {
        this.upkeep.spendReserve();
        this.#writer.essentials(unrecorded, now, this.holder);
      });
    }
    unrecorded.essentialsRecorded();
  }

  /** Runs a write that is not part of a commit, in one transaction. @throws SQLite's errors. */
  #alter(write: () => void): void {
    this.#tryTwice(() => {
      this.upkeep.keepReserve();
      this.#transact(write);
    });
  }

  #tryTwice(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!lacksRoom(error)) throw error;
      if (troubleOf(error).isFull) this.upkeep.growFor(write);
      else {
        // A log that was written back is reused from its beginning, so that it keeps within a limit on file sizes.
        this.checkpoint('PASSIVE');
        write();
      }
    }
    this.#writeBack.committed();
  }

  #transact(write: () => void): void {
    try {
      this.#writer.begin();
      write();
      this.#writer.commit();
    } catch (error) {
      rollBack(this.#database);
      throw error;
    }
  }

  /** Returns what happened to the file at this path; `undefined` if it is still there. */
  displaced(): Exclude<Mishap, 'overwritten'> | undefined {
    const named = statSync(this.path, { throwIfNoEntry: false });
    if (named === undefined) return 'removed';
    const own = fstatSync(this.#writeBack.descriptor);
    return named.ino === own.ino && named.dev === own.dev ? undefined : 'replaced';
  }

  /** Returns the current path of the file; `undefined` if it was removed, or if the system does not know its path. */
  whereabouts(): string | undefined {
    try {
      const path = readlinkSync(`/proc/self/fd/${this.#writeBack.descriptor}`);
      return fstatSync(this.#writeBack.descriptor).nlink > 0 ? path : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Returns the latest records, up to `limit` of each kind, if no path leads to the file any longer. @throws SQLite's
   * errors.
   */
  salvage(limit: number): SalvagedOutcomes | undefined {
    if (fstatSync(this.#writeBack.descriptor).nlink > 0) return undefined;
    return salvageOutcomes(this.#database, this.recorded, limit);
  }

  /** Returns what another program did to the file; `undefined` if nothing. */
  mishap(): Mishap | undefined {
    const displaced = this.displaced();
    if (displaced !== undefined) return displaced;
    const { descriptor } = this.#writeBack;
    const header = Buffer.alloc(HEADER_SIZE);
    readSync(descriptor, header, 0, HEADER_SIZE, 0);
    return isOurs(header) && this.#isSound() ? undefined : 'overwritten';
  }

  /**
   * Returns whether the file is intact after other programs may have written to it. Takes 2 ms per MiB if they have.
   */
  #isSound(): boolean {
    if (!this.#writeBack.isTouched) return true;
    // Drops the pages in memory, which hold the previous content of the file.
    this.#database.exec('PRAGMA shrink_memory');
    const trouble = troubleIn(() => check(this.#database));
    if (trouble === undefined) this.#writeBack.accept();
    return !trouble?.isDamage;
  }

  /** Sets how long a commit waits for another program that writes to the file. */
  waitForOthers(patience: Duration): void {
    this.#database.exec(`PRAGMA busy_timeout = ${patience}`);
  }

  /** Writes the log back into the file. `TRUNCATE` also empties it, for the next scheduler. @throws SQLite's errors. */
  checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    this.#writeBack.checkpoint(mode);
  }

  /**
   * Closes the database. Descriptors stay open until the binding finalizes the statements, and with them the
   * connection, when they are garbage-collected.
   */
  close(): void {
    this.#database.close();
    this.#writeBack.close();
  }
}

/** Returns whether the cause may be missing space, on the disk or below a limit on file sizes. */
function lacksRoom(error: unknown): boolean {
  const { isFull, isVague } = troubleOf(error);
  return isFull || isVague;
}

function prepareFile(path: string, database: DatabaseSyncInstance, size: number): void {
  // A new file has nothing to lose yet, so it does not wait for the disk.
  database.exec(`PRAGMA page_size = ${PAGE}; PRAGMA synchronous = ${size === 0 ? 'OFF' : 'NORMAL'}`);
  if (size <= SMALL) check(database);
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  migrate(database, version);
  if (size === 0) furnish(path, database, PAGE);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY`);
}

/** The error SQLITE_CORRUPT, as the binding reports it. */
const DAMAGED = { code: 'ERR_SQLITE_ERROR', errcode: 11 };

function check(database: DatabaseSyncInstance): void {
  const { quick_check: found } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (found !== 'ok') throw Object.assign(new Error(found), DAMAGED);
}
