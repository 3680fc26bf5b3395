import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ForwardMark, NumberedEnding, OutcomeLog, ReceivedOutcomes } from '../domain/outcome-log.js';
import type { Ending } from '../domain/ledger.js';
import { HOUR, type Duration, type Instant } from '../domain/time.js';
import { endingOfRow } from './read-rows.js';
import { rowsOf } from './read.js';
import { ENDING_COLUMNS, rowOfEnding, type EndingRow } from './rows.js';
import { Invalid, isCount, isText } from './row-reader.js';

/** The row of `meta` with the {@link ForwardMark}, as JSON. */
const MARK = 'forwarded';

/**
 * How far the clock of another machine may be ahead. Only the newest outcomes of a timer are kept. Outcomes from the
 * future would displace all that follow once that clock is right.
 */
const MOST_AHEAD: Duration = HOUR;

/** The outcomes in the file of an open ledger, as a log. */
export class OutcomeTable implements OutcomeLog {
  readonly #database: DatabaseSyncInstance;
  readonly #transact: (write: () => void) => void;
  readonly #invalid = new Invalid();

  /** `transact` runs writes in one transaction. */
  constructor(database: DatabaseSyncInstance, transact: (write: () => void) => void) {
    this.#database = database;
    this.#transact = transact;
  }

  begin(now: Instant): ForwardMark {
    const known = forwardMarkIn(this.#database);
    if (known !== undefined) return known;
    const mark = { state: now.toString(36), number: this.last() };
    this.noteSent(mark);
    return mark;
  }

  last(): number {
    const [row] = rowsOf<[number | null]>(this.#database, 'SELECT max(id) FROM firings');
    return row?.[0] ?? 0;
  }

  after(number: number, limit: number): readonly NumberedEnding[] {
    const sql = `SELECT id, ${ENDING_COLUMNS} FROM firings WHERE id > ? ORDER BY id LIMIT ?`;
    const rows = rowsOf<[number, ...EndingRow]>(this.#database, sql, number, limit);
    return rows.map(([id, ...row]) => ({ number: id, ending: endingOfRow(row, this.#invalid) }));
  }

  noteSent(mark: ForwardMark): void {
    this.#transact(() => this.#put(MARK, JSON.stringify(mark)));
  }

  receive({ node, state, at, outcomes }: ReceivedOutcomes): number {
    const key = `received:${node}:${state}`;
    let count = 0;
    this.#transact(() => {
      count = 0;
      const [known] = rowsOf<[unknown]>(this.#database, 'SELECT value FROM meta WHERE key = ?', key);
      const last = isCount(known?.[0]) ? known[0] : 0;
      const add = this.#database.prepare(
        `INSERT INTO firings (${ENDING_COLUMNS}) VALUES (${ENDING_COLUMNS.replaceAll(/[^,]+/g, '?')})
         ON CONFLICT (run_id) WHERE run_id IS NOT NULL DO NOTHING`,
      );
      for (const { number, ending } of outcomes) {
        const isAhead = ending.at > at + MOST_AHEAD;
        const row = endingAt(node, isAhead ? { ...ending, at } : ending);
        if (number > last || !this.#has(row, isAhead)) count += add.run(...rowOfEnding(row)).changes;
      }
      this.#put(key, Math.max(last, outcomes.at(-1)?.number ?? 0));
    });
    return count;
  }

  /**
   * Returns whether an outcome is already recorded. Its number alone does not show that: two machines cloned from one
   * image share a name and a state. If `isAnyTime` is true, the time of its end was not recorded, and is not compared.
   */
  #has({ at, firing: { jobName, scheduledFor, generation }, runId }: Ending, isAnyTime: boolean): boolean {
    const sql = `SELECT 1 FROM firings
      WHERE job_name = ?1 AND (ended_at = ?2 OR ?6) AND scheduled_for = ?3 AND generation = ?4 AND coalesce(run_id, '') = ?5`;
    const any = isAnyTime ? 1 : 0;
    return rowsOf(this.#database, sql, jobName, at, scheduledFor, generation, runId ?? '', any).length > 0;
  }

  #put(key: string, value: string | number): void {
    this.#database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
  }
}

/** Returns the mark up to which outcomes were forwarded; `undefined` if none ever were. @throws SQLite's errors. */
export function forwardMarkIn(database: DatabaseSyncInstance): ForwardMark | undefined {
  const [row] = rowsOf<[unknown]>(database, 'SELECT value FROM meta WHERE key = ?', MARK);
  try {
    const { state, number } = JSON.parse(String(row?.[0])) as Partial<ForwardMark>;
    return isText(state) && isCount(number) ? { state, number } : undefined;
  } catch {
    // There is no mark, or an invalid one: forwarding starts over.
    return undefined;
  }
}

/**
 * Adds the name of the machine to the job name and the run id, because run ids of two machines may be equal. A machine
 * with workers of its own reports which one had the run.
 */
const endingAt = (node: string, ending: Ending): Ending => ({
  ...(ending.event === 'run.finished' ? { node, ...ending } : ending),
  firing: { ...ending.firing, jobName: `${node}/${ending.firing.jobName}` },
  ...(ending.runId !== undefined && { runId: `${node}/${ending.runId}` }),
});
