import { statfsSync } from 'node:fs';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { MINUTE, type Duration, type Instant } from '../domain/time.js';
import { appendFreePages } from './free-pages.js';
import type { Retention } from './state-options.js';
import { forwardMarkIn } from './outcome-table.js';
import { troubleIn, troubleOf } from './trouble.js';
import type { WriteBack } from './write-back.js';

/** The maximum number of rows and jobs checked in one step, which takes about a millisecond. */
const ROWS = 200;
const JOBS = 20;
const BETWEEN_STEPS: Duration = 100;
const BETWEEN_SWEEPS: Duration = MINUTE;

/** The free space to keep within the file, in bytes: recording continues for a while when the disk is full. */
const ROOM = 1024 * 1024;

/**
 * The reserve within the file, in bytes, and the same amount in the log. On a full disk, the next scheduler needs this
 * space to record its runs, so that it repeats none.
 */
const RESERVE = 128 * 1024;

/** With fewer free bytes on the disk, less is reserved, because the reserve itself would fill the disk. */
const PLENTY = 3 * ROOM;

/** SQLite's largest limit, in pages. https://sqlite.org/limits.html#max_page_count */
const NO_LIMIT = 4_294_967_294;

/**
 * Returns how many bytes to reserve on a disk with this many free bytes. Twice as much is needed, because the log holds
 * a copy.
 */
const roomWith = (free: number): number => (free >= PLENTY ? ROOM : Math.floor(free / 8));

/** Returns the free bytes on the file's disk, for users other than root. */
function freeBeside(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/**
 * Deletes up to ?4 of the oldest outcomes of job ?1. These ended before ?2, or are beyond the newest ?3 and have a
 * number up to ?5. The newest outcome of all stays, and so does the newest one of each job. That does not apply to
 * ad-hoc jobs (with a colon in the name) and jobs of other machines (with a slash).
 */
export const PRUNE = `
  DELETE FROM firings WHERE id IN (
    SELECT id FROM (SELECT id, ended_at FROM firings WHERE job_name = ?1 ORDER BY ended_at, id LIMIT ?4)
    WHERE id < (SELECT max(id) FROM firings)
      AND (instr(?1, ':') + instr(?1, '/') > 0 OR (ended_at, id) < (SELECT ended_at, id FROM firings WHERE job_name = ?1 ORDER BY ended_at DESC, id DESC LIMIT 1))
      AND (ended_at < ?2 OR id <= ?5 AND (ended_at, id) <=
        (SELECT ended_at, id FROM firings WHERE job_name = ?1 ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET ?3)))`;

const PUT_RESERVE = `INSERT OR IGNORE INTO reserve (rowid, room) VALUES (1, zeroblob(${RESERVE}))`;

/**
 * Reserves the space of a new file before the file has a log, because through the log every page would be written three
 * times. `page` is the page size in bytes.
 */
export function furnish(path: string, database: DatabaseSyncInstance, page: number): void {
  // Space that is not available now is requested again by `makeRoom`.
  troubleIn(() => {
    if (freeBeside(path) < PLENTY) return;
    appendFreePages(path, ROOM / page, page);
    database.exec(PUT_RESERVE);
  });
}

/** The database to maintain, and the limits. */
interface Kept {
  readonly database: DatabaseSyncInstance;
  readonly writeBack: WriteBack;
  readonly retention: Retention;
}

/** Deletes old outcomes and keeps some space free within the file, a little at a time. */
export class Maintenance {
  readonly #path: string;
  readonly #database: DatabaseSyncInstance;
  readonly #writeBack: WriteBack;
  readonly #retention: Retention;
  readonly #nextJob: StatementSyncInstance;
  readonly #prune: StatementSyncInstance;
  /** The last job that the current sweep has finished. A sweep visits all jobs in the order of their names. */
  #job = '';
  #isRoomMade = false;
  #isReserveSpent = false;

  constructor(path: string, { database, writeBack, retention }: Kept) {
    this.#path = path;
    this.#database = database;
    this.#writeBack = writeBack;
    this.#retention = retention;
    this.#nextJob = database.prepare('SELECT min(job_name) AS name FROM firings WHERE job_name > ?');
    this.#prune = database.prepare(PRUNE);
  }

  /** Keeps the reserve of an earlier scheduler. Call it once for an existing file. @throws SQLite's errors. */
  takeOver(): void {
    if (this.#database.prepare('SELECT 1 FROM reserve').get() !== undefined) this.#limit(this.#ask('page_count'));
  }

  /** Does a small part of the work, and returns the time until the next part. @throws SQLite's errors. */
  step(now: Instant): Duration {
    let rows = ROWS;
    const sent = this.#sent();
    for (let jobs = 0; jobs < JOBS; jobs++) {
      const { name } = this.#nextJob.get(this.#job) as { name: string | null };
      if (name === null) {
        this.#job = '';
        if (!this.#isRoomMade || this.#hasLittleRoom()) this.makeRoom();
        return BETWEEN_SWEEPS;
      }
      rows -= this.#prune.run(name, now - this.#retention.keep, this.#retention.runs, rows, sent).changes;
      this.#writeBack.committed();
      if (rows <= 0) break;
      this.#job = name;
    }
    return BETWEEN_STEPS;
  }

  /** Returns the highest number of an outcome that `runs` may delete. */
  #sent(): number {
    if (!this.#retention.keepsUnsent) return Number.MAX_SAFE_INTEGER;
    return forwardMarkIn(this.#database)?.number ?? Number.MAX_SAFE_INTEGER;
  }

  /**
   * Enlarges the file and its log by the space to keep free. If there is no space, tries again later.
   * @throws SQLite's other errors.
   */
  makeRoom(): void {
    const room = roomWith(freeBeside(this.#path));
    if (room < RESERVE) return;
    try {
      this.#limit(NO_LIMIT);
      // Even if the file does not grow, this gives the log its header.
      this.#grow(room < ROOM || this.#hasLittleRoom() ? room : 0);
      this.#putReserve();
      this.#writeBack.lengthenLog(room + RESERVE);
      this.#writeBack.checkpoint('PASSIVE');
      this.#isRoomMade = room === ROOM;
    } catch (error) {
      const { isFull, isVague } = troubleOf(error);
      if (!isFull && !isVague) throw error;
    } finally {
      this.#limit(this.#ask('page_count'));
    }
  }

  #grow(room: number): void {
    // In two transactions: pages that are free again when their transaction ends are never written.
    this.#database.exec(
      `INSERT OR REPLACE INTO reserve (rowid, room) VALUES (2, zeroblob(${room})); DELETE FROM reserve WHERE rowid = 2`,
    );
  }

  /**
   * Runs `write` while the file may grow, if the disk has room for the new pages twice. Otherwise `write` uses the free
   * space within the file. Pages of the log that do not fit into the file can never be written back, and then the log
   * cannot be reused.
   */
  growFor(write: () => void): void {
    const free = freeBeside(this.#path);
    if (free >= PLENTY) {
      this.#limitTo((free - ROOM) / 2);
      write();
      this.#limitTo(ROOM);
      return;
    }
    // A log that was written back is reused from its beginning, and takes no new space.
    this.#writeBack.checkpoint('PASSIVE');
    this.makeRoom();
    write();
  }

  /**
   * Restores the reserve that {@link spendReserve} has freed. @throws SQLite's errors, also while the disk is still
   * full.
   */
  keepReserve(): void {
    if (!this.#isReserveSpent) return;
    this.#putReserve();
    this.#isReserveSpent = false;
  }

  /** Frees the reserve for a full disk, within a transaction. @throws SQLite's errors. */
  spendReserve(): void {
    this.#database.exec('DELETE FROM reserve');
    this.#isReserveSpent = true;
  }

  #putReserve(): void {
    this.#database.exec(PUT_RESERVE);
  }

  #hasLittleRoom(): boolean {
    return this.#ask('freelist_count') * this.#ask('page_size') < ROOM / 2;
  }

  /** Lets the file grow by this many bytes. */
  #limitTo(growth: number): void {
    this.#limit(this.#ask('page_count') + Math.floor(growth / this.#ask('page_size')));
  }

  #limit(pages: number): void {
    this.#database.exec(`PRAGMA max_page_count = ${pages}`);
  }

  #ask(pragma: 'freelist_count' | 'page_count' | 'page_size'): number {
    return (this.#database.prepare(`PRAGMA ${pragma}`).get() as Readonly<Record<string, number>>)[pragma] ?? 0;
  }
}
