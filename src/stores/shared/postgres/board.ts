import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import type { Clock } from '../../../domain/clock.js';
import type { Duration, Instant } from '../../../domain/time.js';
import {
  BOARD_PATIENCE,
  BoardTrouble,
  LOG_LENGTH,
  LONG_BOARD_PATIENCE,
  type Board,
  type BoardChange,
  type BoardContents,
  type BoardKind,
  type BoardPlace,
  type Candidate,
  type Fence,
  type LeaseHolder,
  type LeaseTaking,
  type Logged,
  type Written,
} from '../board.js';
import { inTime } from '../in-time.js';
import { readAddress, type PostgresAddress } from './address.js';
import {
  listsOf,
  standingOf,
  takenOf,
  mapOfRows,
  writtenOf,
  type KeyedText,
  type Standing,
  type Taken,
} from './rows.js';
import * as sql from './schema-and-statements.js';
import { postgresTrouble } from './trouble.js';

/** The maximum number of connections: the lease loop, a write and a reader can run at the same time. */
const CONNECTIONS = 3;
/** How many log entries are written between two deletions of old ones. */
const TRIM_EVERY = 1_000;

/** @public */
export const postgresKind: BoardKind = { open: (place) => new PostgresBoard(place) };

/**
 * A shared state in PostgreSQL 12 or later. The server's clock judges the lease. Works behind a pooler that assigns
 * each transaction a different connection. Several states, each with its own prefix, share the tables, which the first
 * client creates.
 */
class PostgresBoard implements Board {
  readonly #address: PostgresAddress;
  readonly #clock: Clock;
  #pool: Pool | undefined;
  #isClosed = false;
  #schema: Promise<void> | undefined;
  /** The scheduler that uses this board. Its name is restored in a store that has lost it. */
  #candidate: Candidate = { id: '', name: '' };
  #untrimmed = 0;

  constructor(place: BoardPlace) {
    this.#address = readAddress(place);
    this.#clock = place.clock;
  }

  get place(): string {
    return this.#address.place;
  }

  async take(candidate: Candidate, lease: Duration, known: Fence, knownSeq = -1): Promise<LeaseTaking> {
    this.#candidate = candidate;
    const { id, name } = candidate;
    return this.#within(BOARD_PATIENCE, async () => {
      const [taken] = await this.#query<Taken>(sql.TAKE, [id, name, lease, known, knownSeq]);
      if (taken !== undefined) return takenOf(taken);
      return standingOf(await this.#query<Standing>(sql.STANDING, []), known, knownSeq);
    });
  }

  renew(fence: Fence, lease: Duration): Promise<boolean> {
    const { id, name } = this.#candidate;
    return this.#within(
      BOARD_PATIENCE,
      async () => (await this.#query(sql.RENEW, [fence, lease, id, name])).length === 1,
    );
  }

  release(fence: Fence): Promise<void> {
    return this.#within(BOARD_PATIENCE, async () => {
      await this.#query(sql.RELEASE, [fence]);
    });
  }

  holder(): Promise<LeaseHolder | undefined> {
    return this.#within(BOARD_PATIENCE, async () => {
      const [standing] = await this.#query<Standing>(sql.STANDING, []);
      return standing?.held === true ? { name: standing.holder, fence: Number(standing.fence) } : undefined;
    });
  }

  read(): Promise<BoardContents> {
    return this.#within(LONG_BOARD_PATIENCE, async () => ({
      jobs: mapOfRows(await this.#query<KeyedText>(sql.READ.jobs, [])),
      runs: mapOfRows(await this.#query<KeyedText>(sql.READ.runs, [])),
    }));
  }

  write(fence: Fence, seq: number, change: BoardChange): Promise<Written> {
    return this.#within(LONG_BOARD_PATIENCE, async () => {
      const isWritten = await (change.isWhole === true
        ? this.#writeWhole(fence, seq, change)
        : this.#writeChange(fence, seq, change));
      if (!isWritten) return writtenOf(await this.#query<Standing>(sql.STANDING, []), fence, seq);
      this.#trim(change.log.length);
      return { kind: 'done' };
    });
  }

  log(after: string | undefined, most: number): Promise<readonly Logged[]> {
    return this.#within(LONG_BOARD_PATIENCE, async () => {
      const rows = await this.#query<{ position: string; content: string }>(sql.LOG, [after ?? '0', most]);
      return rows.map(({ position, content }) => ({ position, text: content }));
    });
  }

  put(name: string, text: string, lifetime: Duration): Promise<void> {
    return this.#within(BOARD_PATIENCE, async () => {
      await this.#query(sql.PUT, [name, text, lifetime]);
    });
  }

  notes(beginning: string): Promise<ReadonlyMap<string, string>> {
    return this.#within(BOARD_PATIENCE, async () => {
      const rows = await this.#query<{ name: string; content: string }>(sql.NOTES, [beginning]);
      return new Map(rows.map(({ name, content }) => [name, content]));
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#within(BOARD_PATIENCE, async () => {
      const [removed] = await this.#query<{ living: boolean }>(sql.REMOVE, [name]);
      return removed?.living === true;
    });
  }

  time(): Promise<Instant> {
    return this.#within(BOARD_PATIENCE, async () => {
      const [row] = await this.#query<{ ms: number }>(sql.TIME, []);
      return row?.ms ?? Number.NaN;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const ended = this.#pool?.end() ?? Promise.resolve();
    this.#pool = undefined;
    await inTime(ended, BOARD_PATIENCE, { clock: this.#clock, place: this.place }).catch(() => undefined);
  }

  async #writeChange(fence: Fence, seq: number, { jobs, runs, log }: BoardChange): Promise<boolean> {
    const [row] = await this.#query<{ written: number }>(sql.WRITE, [
      fence,
      seq,
      ...listsOf(jobs),
      ...listsOf(runs),
      log.map(({ text }) => text),
    ]);
    return row?.written === 1;
  }

  /**
   * Writes a whole change in a transaction that first takes the lock, so that it sees the current rows that it deletes.
   */
  #writeWhole(fence: Fence, seq: number, { jobs, runs, log }: BoardChange): Promise<boolean> {
    const { id, name } = this.#candidate;
    return this.#inTransaction(async (client) => {
      const run = (text: string, ...values: readonly unknown[]) => client.query(text, [this.#address.state, ...values]);
      const begun = await run(sql.BEGIN_WHOLE, fence, seq, id, name);
      if (begun.rowCount === 0) return false;
      const [jobKeys, jobTexts] = listsOf(jobs);
      const [runKeys, runTexts] = listsOf(runs);
      await run(sql.WHOLE.clearJobs);
      await run(sql.WHOLE.jobs, jobKeys, jobTexts);
      await run(sql.WHOLE.clearRuns);
      await run(sql.WHOLE.runs, runKeys, runTexts);
      await run(
        sql.WHOLE.log,
        log.map(({ text }) => text),
      );
      return true;
    });
  }

  async #inTransaction(steps: (client: PoolClient) => Promise<boolean>): Promise<boolean> {
    await this.#prepare();
    const client = await this.#open().connect();
    try {
      await client.query('begin');
      const isWritten = await steps(client);
      await client.query('commit');
      client.release();
      return isWritten;
    } catch (error) {
      // Closing the connection rolls the transaction back.
      client.release(true);
      throw error;
    }
  }

  /** Deletes old log entries. An error is ignored: nothing depends on this, and the next call deletes the rest. */
  #trim(added: number): void {
    this.#untrimmed += added;
    if (this.#untrimmed < TRIM_EVERY) return;
    this.#untrimmed = 0;
    void this.#query(sql.TRIM_LOG, [LOG_LENGTH]).catch(() => undefined);
  }

  async #query<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    await this.#prepare();
    return (await this.#open().query<Row>(text, [this.#address.state, ...values])).rows;
  }

  /** Creates the tables. If two clients do it at the same time, one may fail because the other has created them. */
  #prepare(): Promise<void> {
    this.#schema ??= this.#open()
      .query(sql.SCHEMA)
      .then(
        () => undefined,
        (error: unknown) => {
          this.#schema = undefined;
          if (!COLLISIONS.has((error as { code?: string }).code ?? '')) throw error;
        },
      );
    return this.#schema;
  }

  #open(): Pool {
    if (this.#isClosed) throw new BoardTrouble('unreachable', `${this.place}: it is closed`);
    if (this.#pool === undefined) {
      this.#pool = new Pool({
        ...this.#address.login(),
        max: CONNECTIONS,
        connectionTimeoutMillis: LONG_BOARD_PATIENCE,
        query_timeout: LONG_BOARD_PATIENCE,
        keepAlive: true,
        application_name: 'timers',
      });
      // An idle connection was lost. The next request opens another.
      this.#pool.on('error', () => undefined);
    }
    return this.#pool;
  }

  #within<T>(patience: Duration, request: () => Promise<T>): Promise<T> {
    return inTime(request(), patience, { clock: this.#clock, place: this.place }).catch((error: unknown) => {
      // Someone removed the tables: the next request creates them again.
      if ((error as { code?: string }).code === UNDEFINED_TABLE) this.#schema = undefined;
      throw postgresTrouble(error, this.place);
    });
  }
}

const UNDEFINED_TABLE = '42P01';
/**
 * Unique violation, duplicate table, duplicate object: errors of the catalog when two clients create the same table.
 */
const COLLISIONS = new Set(['23505', '42P07', '42710']);
