import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { Ending, History, HistoryQuery, JobRecord, LeftOut, OpenRun, RunHistory } from '../domain/ledger.js';
import { endsByItself, FIRING_STATUSES } from '../domain/outcome.js';
import type { Duration, Instant } from '../domain/time.js';
import { endingOfRow, failedAttemptOfRow } from './read-rows.js';
import { allOf, presentColumns, readJobs, readLastSeen, readOpenRuns, rowsOf } from './read.js';
import { rollBack } from './open-for-reading.js';
import { ENDING_COLUMNS, FAILED_ATTEMPT_COLUMNS, type EndingRow, type FailedAttemptRow } from './rows.js';
import { Invalid, isDuration } from './row-reader.js';

/** Appended to a prefix, it sorts after every run id with that prefix. */
const LAST_CHARACTER = '\u{10ffff}';

const OWN_ENDS = FIRING_STATUSES.filter(endsByItself)
  .map((status) => `'${status}'`)
  .join(', ');

/** The recorded history, as of each query. Its methods throw SQLite's errors. */
export class SqliteHistory implements History {
  readonly #database: DatabaseSyncInstance;
  readonly #invalid: Invalid;
  /** Prepared once, because statements stay in memory until they are garbage-collected. */
  #byNumbers: StatementSyncInstance | undefined;
  #durations: StatementSyncInstance | undefined;
  #endingColumns: string | undefined;

  /** `invalid` already has what was left out when the database was filled. */
  constructor(database: DatabaseSyncInstance, invalid = new Invalid()) {
    this.#database = database;
    this.#invalid = invalid;
  }

  get invalid(): LeftOut {
    return this.#invalid;
  }

  get #columns(): string {
    return (this.#endingColumns ??= presentColumns(this.#database, 'firings', ENDING_COLUMNS));
  }

  endings(query: HistoryQuery): readonly Ending[] {
    const columns = query.withoutOutput ? this.#columns.replaceAll(/\b\w*output_tail\b/g, 'NULL') : this.#columns;
    const { sql, parameters } = choose(columns, query);
    const rows = rowsOf<EndingRow>(this.#database, sql, ...parameters);
    return this.#endingsOfRows(query.earliest ? rows : rows.reverse());
  }

  numbers(query: HistoryQuery): readonly number[] {
    const { sql, parameters } = choose('id', query);
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    const numbers = Array.from(statement.iterate(...parameters) as Iterable<[number]>, ([number]) => number);
    return query.earliest ? numbers : numbers.reverse();
  }

  numbered(numbers: readonly number[]): readonly (Ending | undefined)[] {
    this.#byNumbers ??= this.#database.prepare(
      `SELECT id, ${this.#columns} FROM firings WHERE id IN (SELECT value FROM json_each(?))`,
    );
    const rows = allOf<[number, ...EndingRow]>(this.#byNumbers, JSON.stringify(numbers));
    const endings = new Map(rows.map(([number, ...row]) => [number, endingOfRow(row, this.#invalid)]));
    return numbers.map((number) => endings.get(number));
  }

  durations(jobName: string, limit: number): readonly Duration[] {
    this.#durations ??= this.#database.prepare(
      `SELECT duration_ms FROM firings WHERE job_name = ? AND status IN (${OWN_ENDS}) ORDER BY ended_at DESC, id DESC LIMIT ?`,
    );
    const rows = allOf<[unknown]>(this.#durations, jobName, limit);
    return rows
      .map(([duration]) => duration)
      .filter(isDuration)
      .sort((one, other) => one - other);
  }

  still<Answer>(ask: () => Answer): Answer {
    this.#database.exec('BEGIN');
    try {
      return ask();
    } finally {
      rollBack(this.#database);
    }
  }

  open(): readonly OpenRun[] {
    return readOpenRuns(this.#database, this.#invalid);
  }

  run(id: string): RunHistory | undefined {
    // Reads open runs first, so that a run that ends between the two queries is found among the ended ones.
    const open = this.open().filter(({ runId }) => runId.startsWith(id));
    const endings = this.#endingsOf(id).filter((ending) => ending.runId !== undefined);
    const runIds = [...new Set([...endings, ...open].map(({ runId }) => runId ?? ''))];
    const runId = runIds.includes(id) ? id : runIds.length === 1 ? runIds[0] : undefined;
    if (runId === undefined) return undefined;
    const ending = endings.find((one) => one.runId === runId);
    return {
      ending,
      open: ending === undefined ? open.find((run) => run.runId === runId) : undefined,
      outputTail: ending?.event === 'run.finished' ? ending.outputTail : undefined,
      attempts: this.#failedAttemptsOf(runId),
    };
  }

  runIds(beginning: string, limit: number): readonly string[] {
    const sql = 'SELECT run_id FROM firings WHERE run_id >= ? AND run_id < ? ORDER BY run_id LIMIT ?';
    const ended = rowsOf<[string]>(this.#database, sql, beginning, beginning + LAST_CHARACTER, limit);
    const open = this.open().filter(({ runId }) => runId.startsWith(beginning));
    return [...new Set([...ended.map(([runId]) => runId), ...open.map(({ runId }) => runId)])].sort().slice(0, limit);
  }

  jobs(): ReadonlyMap<string, JobRecord> {
    return readJobs(this.#database, this.#invalid);
  }

  lastSeenAt(): Instant | undefined {
    return readLastSeen(this.#database, this.#invalid);
  }

  close(): void {
    this.#database.close();
  }

  /** Reads up to two runs with this prefix. An exact match comes first; two other matches are ambiguous. */
  #endingsOf(id: string): Ending[] {
    const sql = `SELECT ${this.#columns} FROM firings WHERE run_id >= ? AND run_id < ? ORDER BY run_id LIMIT 2`;
    return this.#endingsOfRows(rowsOf<EndingRow>(this.#database, sql, id, id + LAST_CHARACTER));
  }

  #endingsOfRows(rows: readonly EndingRow[]): Ending[] {
    return rows.flatMap((row) => endingOfRow(row, this.#invalid) ?? []);
  }

  #failedAttemptsOf(runId: string) {
    const columns = presentColumns(this.#database, 'failed_attempts', FAILED_ATTEMPT_COLUMNS);
    const sql = `SELECT ${columns} FROM failed_attempts WHERE run_id = ? ORDER BY attempt`;
    const rows = rowsOf<FailedAttemptRow>(this.#database, sql, runId);
    return rows.flatMap((row) => failedAttemptOfRow(row, this.#invalid) ?? []);
  }
}

/** Returns the query for some columns of the matching outcomes, latest or earliest first. */
function choose(columns: string, { jobName, status, since, until, due, limit, earliest }: HistoryQuery) {
  const conditions = [
    { sql: 'job_name = ?', value: jobName },
    { sql: 'status = ?', value: status },
    { sql: 'ended_at >= ?', value: since },
    { sql: 'ended_at <= ?', value: until },
    { sql: 'scheduled_for >= ?', value: due?.from },
    { sql: 'ifnull(first_scheduled_for, scheduled_for) <= ?', value: due?.until },
  ].flatMap(({ sql, value }) => (value === undefined ? [] : [{ sql, value }]));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  // For one job, the order is that of its index; for all jobs, that of recording.
  const to = earliest ? 'ASC' : 'DESC';
  const order = jobName === undefined ? `id ${to}` : `ended_at ${to}, id ${to}`;
  return {
    sql: `SELECT ${columns} FROM firings ${where} ORDER BY ${order} LIMIT ?`,
    parameters: [...conditions.map(({ value }) => value), limit],
  };
}
