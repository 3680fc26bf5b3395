import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import type { Clock } from '../../domain/clock.js';
import type { History } from '../../domain/ledger.js';
import type { Retention } from '../state-options.js';
import { PRUNE } from '../maintenance.js';
import { PendingRecords } from '../pending-records.js';
import { migrate } from '../migrations.js';
import { SqliteHistory } from '../sqlite-history.js';
import { Invalid } from '../row-reader.js';
import { createWriter, type LedgerWriter } from '../writer.js';
import type { Board } from './board.js';
import { readContents, readPast, type PastEntry } from './entries.js';

/** The number of log entries that are read at once, which delays timers by a few milliseconds. */
const PORTION = 200;
/** How many of a job's oldest outcomes are checked for deletion after each portion. */
const MOST_PRUNED = 2 * PORTION;

/** The history of a shared state, copied into memory. It accepts the same queries as a state file. */
export class HistoryMirror {
  readonly history: History;
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #retention: Retention;
  readonly #database: DatabaseSyncInstance = new DatabaseSync(':memory:');
  readonly #invalid = new Invalid();
  readonly #prune: StatementSyncInstance;
  readonly #writer: LedgerWriter;
  #position: string | undefined;

  constructor(board: Board, clock: Clock, retention: Retention) {
    this.#board = board;
    this.#clock = clock;
    this.#retention = retention;
    migrate(this.#database, 0);
    this.#prune = this.#database.prepare(PRUNE);
    this.#writer = createWriter(this.#database);
    this.history = new SqliteHistory(this.#database, this.#invalid);
  }

  /**
   * Copies the outcomes that are new since the last call. Call it again only when it has finished. @throws BoardTrouble
   */
  async refresh(): Promise<void> {
    for (let isMore = true; isMore;) {
      const entries = await this.#board.log(this.#position, PORTION);
      const past = entries.flatMap(({ text }) => readPast(text, this.#invalid) ?? []);
      this.#add(past);
      this.#position = entries.at(-1)?.position ?? this.#position;
      isMore = entries.length === PORTION;
    }
  }

  /** Copies the memories and the open runs as they are now. @throws BoardTrouble */
  async copyPresent(): Promise<void> {
    const present = new PendingRecords({
      ...readContents(await this.#board.read(), this.#invalid),
      lastSeenAt: undefined,
    });
    present.restate();
    this.#transact(() => this.#writer.essentials(present, this.#clock.now(), undefined));
  }

  #add(past: readonly PastEntry[]): void {
    const endings = past.flatMap((one) => (one.kind === 'ending' ? one.ending : []));
    const failedAttempts = past.flatMap((one) => (one.kind === 'failed' ? one : []));
    this.#transact(() => this.#writer.outcomes({ endings, failedAttempts }));
    this.#pruneJobs(new Set(endings.map(({ firing }) => firing.jobName)));
  }

  #transact(write: () => void): void {
    this.#writer.begin();
    write();
    this.#writer.commit();
  }

  #pruneJobs(names: ReadonlySet<string>): void {
    const { keep, runs } = this.#retention;
    const before = this.#clock.now() - keep;
    for (const name of names) this.#prune.run(name, before, runs, MOST_PRUNED, Number.MAX_SAFE_INTEGER);
  }
}
