import { sinceBoot, type Clock } from '../../../domain/clock.js';
import type { Duration } from '../../../domain/time.js';
import {
  BOARD_PATIENCE,
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
import {
  raisedHead,
  readStanding,
  restoredHead,
  takenFrom,
  whyNotTaken,
  whyNotWritten,
  type EtcdHead,
  type EtcdStanding,
} from './head.js';
import {
  deleteKey,
  entriesOf,
  getKey,
  getNames,
  getRange,
  hasText,
  namesOf,
  putKey,
  rangeOf,
  toBase64,
  textOf,
  type EtcdOperation,
  type RangeResponse,
} from './operations.js';
import { ChangeByJob, runOf, writePosition } from './change-by-job.js';
import { grantLease, transact, transactIf, trimRange } from './transact.js';
import { EtcdSession, type EtcdCall } from './session.js';

/** The minimum number of log entries that are kept. Up to {@link TRIM_EVERY} more may be. */
export const ETCD_LOG_LENGTH = 10_000;
const TRIM_EVERY = 1_000;

/** @public */
export const etcdKind: BoardKind = { open: (place) => new EtcdBoard(place) };

/** Operations that take effect together. */
interface Change {
  readonly head: EtcdHead;
  readonly operations: readonly EtcdOperation[];
}

/** A decision: its result, and the change that the result depends on. */
interface Decision<T> {
  readonly result: T;
  readonly change?: Change;
}

/**
 * A shared state in etcd 3.4 or later: `etcd://[USER:PASSWORD@]HOST[:PORT],…[?prefix=]`. `etcds://` uses TLS, with the
 * file `?ca=`, and `?cert=` and `?key=` for a client certificate.
 *
 * - All keys begin with `/timers/`, or `/PREFIX/`. The user needs read and write access to these only.
 * - A lease is a whole number of seconds, at least 2.
 * - etcd is not a database for history. It keeps all memories and open runs, but only the last {@link ETCD_LOG_LENGTH}
 *   log entries.
 * - One write may have up to 3,600 entries and 1 MiB of one job. etcd rejects larger writes until you raise its limits.
 * - Each change leaves an old revision, which the cluster deletes with `--auto-compaction-retention=1h`. A board never
 *   compacts, because other programs use the cluster, too. It cannot check the setting, which etcd's API does not
 *   expose.
 *
 * Each change replaces one key, the head, if it still has the text that the decision was made from.
 */
class EtcdBoard implements Board {
  readonly #session: EtcdSession;
  readonly #clock: Clock;
  readonly #keys: Record<'head' | 'lease' | 'jobs' | 'runs' | 'log' | 'notes', string>;
  /** The scheduler that uses this board. Its name is restored in a store that has lost it. */
  #candidate: Candidate = { id: '', name: '' };
  /** The standing after the last request, from which the next write starts. */
  #last: EtcdStanding | undefined;
  /** When the lease was last known to be held, by this board or another; since boot. */
  #heldAt: Duration | undefined;
  /**
   * The number of log entries written since the last deletion of old ones. The first write already deletes, because a
   * scheduler may restart often.
   */
  #untrimmed = TRIM_EVERY;

  constructor(place: BoardPlace) {
    this.#session = new EtcdSession(place);
    this.#clock = place.clock;
    const { root } = this.#session.address;
    this.#keys = {
      head: `${root}head`,
      lease: `${root}lease`,
      jobs: `${root}jobs/`,
      runs: `${root}runs/`,
      log: `${root}log/`,
      notes: `${root}notes/`,
    };
  }

  get place(): string {
    return this.#session.address.place;
  }

  take(candidate: Candidate, lease: Duration, known: Fence, knownSeq = -1): Promise<LeaseTaking> {
    this.#candidate = candidate;
    return this.#decide<LeaseTaking>(async (standing, call) => {
      const refusal = whyNotTaken(standing, candidate, known, knownSeq);
      if (refusal?.kind === 'held') this.#heldAt = sinceBoot(this.#clock);
      if (refusal !== undefined) return { result: refusal };
      const now = this.#clock.now();
      const unheld = this.#heldAt === undefined ? undefined : Math.round(sinceBoot(this.#clock) - this.#heldAt);
      const head = standing.lease === undefined ? raisedHead(standing.head, candidate, known, now) : standing.head;
      return {
        result: takenFrom(head, now, unheld),
        change: { head, operations: [await this.#putLease(call, head, lease)] },
      };
    });
  }

  renew(fence: Fence, lease: Duration): Promise<boolean> {
    return this.#decide(async (standing, call) => {
      if (standing.head.fence > fence) return { result: false };
      if (standing.lease !== undefined) this.#heldAt = sinceBoot(this.#clock);
      const head = { ...restoredHead(standing.head, fence, this.#candidate), seen: this.#clock.now() };
      return { result: true, change: { head, operations: [await this.#putLease(call, head, lease)] } };
    });
  }

  release(fence: Fence): Promise<void> {
    return this.#decide(({ head, lease }) =>
      Promise.resolve({
        result: undefined,
        ...(lease === String(fence) && { change: { head, operations: [deleteKey(this.#keys.lease)] } }),
      }),
    );
  }

  holder(): Promise<LeaseHolder | undefined> {
    return this.#session.within(BOARD_PATIENCE, async (call) => {
      const { head, lease } = await this.#stand(call);
      return lease === undefined ? undefined : { name: head.holder.name, fence: head.fence };
    });
  }

  read(): Promise<BoardContents> {
    const { jobs, runs } = this.#keys;
    return this.#session.within(LONG_BOARD_PATIENCE, async (call) => {
      const [memories, open] = await transact(call, [jobs, runs].map(getRange));
      return {
        jobs: new Map(entriesOf(memories, jobs)),
        runs: new Map(entriesOf(open, runs).map(([rest, text]) => [runOf(rest)[1], text])),
      };
    });
  }

  write(fence: Fence, seq: number, change: BoardChange): Promise<Written> {
    return this.#session.within(LONG_BOARD_PATIENCE, async (call) => {
      const last = this.#last;
      const isNext = last?.head.fence === fence && last.head.seq === seq - 1;
      for (let standing = isNext ? last : await this.#stand(call); ; standing = await this.#stand(call)) {
        const result = whyNotWritten(standing.head, fence, seq, change.isWhole === true);
        if (result !== undefined) return result;
        const head = { ...restoredHead(standing.head, fence, this.#candidate), seq, seen: this.#clock.now() };
        if (await this.#write(call, standing, head, change)) break;
      }
      this.#trim(change.log.length);
      return { kind: 'done' };
    });
  }

  time(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  log(after: string | undefined, most: number): Promise<readonly Logged[]> {
    const { head, log } = this.#keys;
    // The key that directly follows the position.
    const from = after === undefined ? log : `${log}${after}\0`;
    return this.#session.within(LONG_BOARD_PATIENCE, async (call) => {
      const page = { ...rangeOf(log), key: toBase64(from), limit: most };
      const [state, entries] = await transact(call, [getKey(head), { request_range: page }]);
      const { fence, seq } = readStanding(textOf(state), undefined).head;
      // Entries after the last complete write belong to a split write that is not complete yet.
      const end = `${writePosition(fence, seq)}/`;
      return entriesOf(entries, log)
        .filter(([position]) => position < end)
        .map(([position, text]) => ({ position, text }));
    });
  }

  put(name: string, text: string, lifetime: Duration): Promise<void> {
    return this.#session.within(BOARD_PATIENCE, async (call) => {
      const lease = await grantLease(call, lifetime);
      await transact(call, [putKey(`${this.#keys.notes}${name}`, text, lease)]);
    });
  }

  notes(beginning: string): Promise<ReadonlyMap<string, string>> {
    const { notes } = this.#keys;
    return this.#session.within(BOARD_PATIENCE, async (call) => {
      const range = await call<RangeResponse>('/v3/kv/range', rangeOf(`${notes}${beginning}`));
      return new Map(entriesOf(range, notes));
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#session.within(BOARD_PATIENCE, async (call) => {
      const key = toBase64(`${this.#keys.notes}${name}`);
      const { deleted = '0' } = await call<{ deleted?: string }>('/v3/kv/deleterange', { key });
      return deleted !== '0';
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Decides based on the standing, and decides again if it changed before the decision took effect. */
  #decide<T>(decide: (standing: EtcdStanding, call: EtcdCall) => Promise<Decision<T>>): Promise<T> {
    return this.#session.within(BOARD_PATIENCE, async (call) => {
      for (;;) {
        const standing = await this.#stand(call);
        const { result, change } = await decide(standing, call);
        if (change === undefined) return result;
        const conditions = [this.#hasHead(standing), hasText(this.#keys.lease, standing.lease)];
        if (await this.#replaceHead(call, conditions, change)) return result;
      }
    });
  }

  /** Writes a change in parts: each checks the head, and the last replaces it. Returns whether all were written. */
  async #write(call: EtcdCall, standing: EtcdStanding, head: EtcdHead, change: BoardChange): Promise<boolean> {
    const { jobs, runs } = this.#keys;
    const byJob = new ChangeByJob(this.#session.address.root, change, writePosition(head.fence, head.seq));
    if (change.isWhole === true) {
      const [memories, open] = await transact(call, [jobs, runs].map(getNames));
      byJob.deleteOthers(namesOf(memories, jobs), namesOf(open, runs));
    }
    const parts = byJob.parts;
    const operations = parts.pop() ?? [];
    const conditions = [this.#hasHead(standing)];
    for (const part of parts) if (!(await transactIf(call, conditions, part))) return false;
    return this.#replaceHead(call, conditions, { head, operations });
  }

  async #replaceHead(call: EtcdCall, conditions: readonly object[], { head, operations }: Change): Promise<boolean> {
    const text = JSON.stringify(head);
    const isDone = await transactIf(call, conditions, [...operations, putKey(this.#keys.head, text)]);
    // The lease is left out, because a write does not depend on it.
    this.#last = isDone ? { head, text, lease: undefined } : undefined;
    return isDone;
  }

  async #stand(call: EtcdCall): Promise<EtcdStanding> {
    const { head, lease } = this.#keys;
    const [first, second] = await transact(call, [getKey(head), getKey(lease)]);
    return readStanding(textOf(first), textOf(second));
  }

  #hasHead({ text }: EtcdStanding): object {
    return hasText(this.#keys.head, text);
  }

  /**
   * Returns the operation that puts the lease. It uses a new etcd lease each time, so that none has to be remembered,
   * and those without a key lapse.
   */
  async #putLease(call: EtcdCall, { fence }: EtcdHead, lease: Duration): Promise<EtcdOperation> {
    return putKey(this.#keys.lease, String(fence), await grantLease(call, lease));
  }

  /** Deletes old log entries. An error is ignored: nothing depends on this, and the next call deletes the rest. */
  #trim(added: number): void {
    this.#untrimmed += added;
    if (this.#untrimmed < TRIM_EVERY) return;
    this.#untrimmed = 0;
    const trimmed = this.#session.within(LONG_BOARD_PATIENCE, (call) =>
      trimRange(call, rangeOf(this.#keys.log), ETCD_LOG_LENGTH),
    );
    void trimmed.catch(() => undefined);
  }
}
