import { appendFileSync, closeSync, fstatSync, openSync, statSync, type Stats } from 'node:fs';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { troubleIn } from './trouble.js';

/** The log is written back into the file when it has this many pages. It is then reused from its beginning. */
const LOG_PAGES = 4096;
/** The length of the log's header, in bytes. https://sqlite.org/fileformat2.html#the_write_ahead_log */
const LOG_HEADER = 32;
/** How many commits come between two checks of the log's length. */
const COMMITS_BETWEEN_LOOKS = 16;

/**
 * Writes the log back into the file of a ledger. In WAL mode nothing else changes that file, and SQLite does not report
 * its own checkpoints. So they are turned off, and any other change of the file comes from another program.
 *
 * The descriptor stays open as long as the database. Closing any descriptor of a file drops all of the process's locks
 * on it.
 * https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export class WriteBack {
  /** The descriptor of the file itself. */
  readonly descriptor: number;
  readonly #database: DatabaseSyncInstance;
  readonly #log: string;
  /** Reports how many pages the log has. */
  readonly #length: StatementSyncInstance;
  #commits = 0;
  /** The stamp of the file after our last checkpoint. */
  #left: string;
  #isTouched = false;

  /** @throws SQLite's errors and the file system's. */
  constructor(path: string, database: DatabaseSyncInstance) {
    this.#database = database;
    this.#log = `${path}-wal`;
    database.exec('PRAGMA wal_autocheckpoint = 0');
    this.#length = database.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.descriptor = openSync(path, 'r');
    this.#left = this.#stamp();
  }

  /**
   * Writes the log back if it is long enough. Call it after each commit. What prevents a checkpoint also prevents the
   * next commit, or does not matter.
   */
  committed(): void {
    if (++this.#commits % COMMITS_BETWEEN_LOOKS !== 0) return;
    troubleIn(() => {
      const { log } = this.#length.get() as { readonly log: number };
      if (log >= LOG_PAGES) this.checkpoint('PASSIVE');
    });
  }

  /** Writes the log back into the file. `TRUNCATE` also empties it, for the next scheduler. @throws SQLite's errors. */
  checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    this.#isTouched = this.isTouched;
    try {
      this.#database.exec(`PRAGMA wal_checkpoint(${mode})`);
    } finally {
      this.#left = this.#stamp();
    }
  }

  /**
   * Makes the log's file at least `bytes` long, in one write; SQLite would make two writes per page. SQLite later
   * overwrites these bytes, which mean nothing yet. Does nothing before the first commit.
   * @throws the file system's errors.
   */
  lengthenLog(bytes: number): void {
    const size = statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0;
    // Without a header, the file would not be a log.
    if (size >= LOG_HEADER && size < bytes) appendFileSync(this.#log, Buffer.alloc(bytes - size));
  }

  /** Whether other programs have written to the file since {@link accept}. */
  get isTouched(): boolean {
    return this.#isTouched || this.#stamp() !== this.#left;
  }

  /** Accepts the file as it is now. */
  accept(): void {
    this.#isTouched = false;
    this.#left = this.#stamp();
  }

  /** Closes the descriptor. Call it after the database is closed. */
  close(): void {
    closeSync(this.descriptor);
  }

  #stamp(): string {
    return stampOf(fstatSync(this.descriptor));
  }
}

const stampOf = ({ mtimeMs, size }: Stats): string => `${mtimeMs} ${size}`;
