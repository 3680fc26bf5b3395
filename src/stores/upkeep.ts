import { statfsSync } from 'node:fs';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { MINUTE, type Duration, type Instant } from '../domain/time.js';
import type { Retention } from './kind.js';
import { troubleOf } from './trouble.js';
import type { WriteBack } from './write-back.js';

/** Rows and jobs looked at in one step, which thus takes about a millisecond. */
const ROWS = 200;
const JOBS = 20;
const BETWEEN_STEPS: Duration = 100;
const BETWEEN_SWEEPS: Duration = MINUTE;

/** In bytes, within the file: recording goes on for a while when the disk is full. */
const ROOM = 1024 * 1024;

/** In bytes. On a disk with less, what is kept in reserve would itself fill it. */
const PLENTY = 3 * ROOM;

/** Free bytes where a file lies, for who is not root. */
function freeBeside(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** What is kept in order, and how. */
interface Kept {
  readonly database: DatabaseSyncInstance;
  readonly writeBack: WriteBack;
  readonly retention: Retention;
}

/** Lets old outcomes go and keeps some room within the file, a little at a time. */
export class Upkeep {
  readonly #path: string;
  readonly #database: DatabaseSyncInstance;
  readonly #writeBack: WriteBack;
  readonly #retention: Retention;
  readonly #nextJob: StatementSyncInstance;
  readonly #prune: StatementSyncInstance;
  /** How far this sweep over all jobs, by name, has come. */
  #job = '';
  #isRoomMade = false;

  constructor(path: string, { database, writeBack, retention }: Kept) {
    this.#path = path;
    this.#database = database;
    this.#writeBack = writeBack;
    this.#retention = retention;
    this.#nextJob = database.prepare('SELECT min(job_name) AS name FROM firings WHERE job_name > ?');
    // Of the oldest few those older than `keep` or beyond the newest `runs`, but never the newest of a job that may come again: an ad-hoc one, which has
    // a colon in its name, does not.
    this.#prune = database.prepare(`
      DELETE FROM firings WHERE id IN (
        SELECT id FROM (SELECT id, ended_at FROM firings WHERE job_name = ?1 ORDER BY ended_at, id LIMIT ?4)
        WHERE (instr(?1, ':') > 0 OR (ended_at, id) < (SELECT ended_at, id FROM firings WHERE job_name = ?1 ORDER BY ended_at DESC, id DESC LIMIT 1))
          AND (ended_at < ?2 OR (ended_at, id) <=
            (SELECT ended_at, id FROM firings WHERE job_name = ?1 ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET ?3)))`);
  }

  /** Does a little of the work, and answers when the next little is due. @throws SQLite's errors. */
  step(now: Instant): Duration {
    let rows = ROWS;
    for (let jobs = 0; jobs < JOBS; jobs++) {
      const { name } = this.#nextJob.get(this.#job) as { name: string | null };
      if (name === null) {
        this.#job = '';
        if (!this.#isRoomMade || this.#hasLittleRoom()) this.makeRoom();
        return BETWEEN_SWEEPS;
      }
      rows -= this.#prune.run(name, now - this.#retention.keep, this.#retention.runs, rows).changes;
      this.#writeBack.committed();
      if (rows <= 0) break;
      this.#job = name;
    }
    return BETWEEN_STEPS;
  }

  /** Makes the file, and the log beside it, larger by what is then free within; tried again later where there is no room. @throws SQLite's other errors. */
  makeRoom(): void {
    if (freeBeside(this.#path) < PLENTY) return;
    try {
      // In two transactions: pages that are free again when theirs ends are never written.
      this.#database.exec(`DELETE FROM reserve; INSERT INTO reserve VALUES (zeroblob(${ROOM})); DELETE FROM reserve`);
      this.#writeBack.checkpoint('PASSIVE');
      this.#isRoomMade = true;
    } catch (error) {
      const { isFull, isVague } = troubleOf(error);
      if (!isFull && !isVague) throw error;
    }
  }

  #hasLittleRoom(): boolean {
    const pragma = (name: string) =>
      (this.#database.prepare(`PRAGMA ${name}`).get() as Readonly<Record<string, number>>)[name] ?? 0;
    return pragma('freelist_count') * pragma('page_size') < ROOM / 2;
  }
}
