import type { Redis } from 'ioredis';
import type { Clock } from '../../../domain/clock.js';
import { SECOND, type Duration, type Instant } from '../../../domain/time.js';
import {
  BOARD_PATIENCE,
  BoardTrouble,
  LONG_BOARD_PATIENCE,
  type Board,
  type BoardChange,
  type BoardContents,
  type BoardKind,
  type BoardPlace,
  type Candidate,
  type Entry,
  type Fence,
  type LeaseHolder,
  type LeaseTaking,
  type Logged,
  type Written,
} from '../board.js';
import { inTime } from '../in-time.js';
import { keyOf, readRedisAddress, type RedisAddress } from './address.js';
import { openClient } from './client.js';
import { SCRIPTS } from './scripts.js';
import { isReadOnly, redisTroubleOf } from './trouble.js';

/** @public */
export const redisKind: BoardKind = { open: (place) => new RedisBoard(place) };

/** The first version whose streams can be read from after a position. */
const OLDEST = [6, 2] as const;

/**
 * A shared state in Redis 6.2 or later, or in Valkey. The server's clock judges the lease. The log may keep a few
 * hundred entries more than required.
 */
class RedisBoard implements Board {
  readonly #address: RedisAddress;
  readonly #clock: Clock;
  #redis: Redis | undefined;
  /** The last failed attempt to connect; `undefined` while connected, and before the first. */
  #failure: Error | undefined;
  /** Resolves when the version and the eviction policy have been checked. */
  #greeting: Promise<void> | undefined;
  #isClosed = false;
  /** The scheduler that uses this board. Its name is restored in a store that has lost it. */
  #candidate: Candidate = { id: '', name: '' };

  constructor(place: BoardPlace) {
    this.#address = readRedisAddress(place);
    this.#clock = place.clock;
  }

  get place(): string {
    return this.#address.place;
  }

  async take(candidate: Candidate, lease: Duration, known: Fence, knownSeq = -1): Promise<LeaseTaking> {
    this.#candidate = candidate;
    const { id, name } = candidate;
    const reply = await this.#run<string[]>('take', [id, name, lease, known, knownSeq]);
    const [kind, fence, who = '', last = ''] = reply;
    if (kind === 'held') return { kind, name: who, fence: Number(fence), seq: Number(last) };
    if (kind === 'behind') return { kind, fence: Number(fence) };
    return {
      kind: 'taken',
      fence: Number(fence),
      previous: who === '' ? undefined : who,
      idle: last === '' ? undefined : Math.max(0, Number(last)),
    };
  }

  async renew(fence: Fence, lease: Duration): Promise<boolean> {
    const { id, name } = this.#candidate;
    return (await this.#run('renew', [fence, lease, id, name])) === 1;
  }

  async release(fence: Fence): Promise<void> {
    await this.#run('release', [fence]);
  }

  async holder(): Promise<LeaseHolder | undefined> {
    const [name, fence] = await this.#run<string[]>('holder', []);
    return fence === undefined ? undefined : { name: name ?? '', fence: Number(fence) };
  }

  read(): Promise<BoardContents> {
    return this.#ask(LONG_BOARD_PATIENCE, async (redis) => ({
      jobs: toMap(await redis.hgetall(this.#key('jobs'))),
      runs: toMap(await redis.hgetall(this.#key('runs'))),
    }));
  }

  async write(fence: Fence, seq: number, { jobs, runs, log, isWhole }: BoardChange): Promise<Written> {
    const { id, name } = this.#candidate;
    const [keptJobs, lessJobs] = apart(jobs);
    const [keptRuns, lessRuns] = apart(runs);
    const counts = [keptJobs.length / 2, lessJobs.length, keptRuns.length / 2, lessRuns.length, log.length];
    const entries = [...keptJobs, ...lessJobs, ...keptRuns, ...lessRuns, ...log.map(({ text }) => text)];
    const args = [fence, seq, isWhole === true ? 1 : 0, id, name, ...counts, ...entries];
    const result = await this.#run<string>('write', args, LONG_BOARD_PATIENCE);
    return result === 'done' || result === 'lost' ? { kind: result } : { kind: 'behind', seq: Number(result) };
  }

  log(after: string | undefined, most: number): Promise<readonly Logged[]> {
    return this.#ask(LONG_BOARD_PATIENCE, async (redis) => {
      const entries = await redis.xrange(this.#key('log'), after === undefined ? '-' : `(${after}`, '+', 'COUNT', most);
      return entries.map(([position, [, text = '']]) => ({ position, text }));
    });
  }

  async put(name: string, text: string, lifetime: Duration): Promise<void> {
    await this.#run('put', [name, text, lifetime]);
  }

  async notes(beginning: string): Promise<ReadonlyMap<string, string>> {
    const found = await this.#run<string[]>('notes', [beginning]);
    const notes = found.flatMap((name, index) => (index % 2 === 0 ? [[name, found[index + 1] ?? ''] as const] : []));
    return new Map(notes.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  async remove(name: string): Promise<boolean> {
    return (await this.#run('remove', [name])) === 1;
  }

  time(): Promise<Instant> {
    return this.#ask(BOARD_PATIENCE, async (redis) => {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * SECOND + Number(micros) / 1000;
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#redis?.disconnect();
    return Promise.resolve();
  }

  #key(name: string): string {
    return keyOf(this.#address, name);
  }

  #run<T = number>(
    script: keyof typeof SCRIPTS,
    args: readonly (string | number)[],
    patience: Duration = BOARD_PATIENCE,
  ): Promise<T> {
    const keys = SCRIPTS[script].keys.map((name) => this.#key(name));
    return this.#ask(patience, (redis) =>
      (redis as unknown as Scripts)[`timers_${script}`]([...keys, ...args]),
    ) as Promise<T>;
  }

  #ask<T>(patience: Duration, request: (redis: Redis) => Promise<T>): Promise<T> {
    const { place } = this;
    return inTime(this.#connected().then(request), patience, { clock: this.#clock, place }).catch((error: unknown) => {
      const trouble = redisTroubleOf(error, place);
      // A read-only server counts as a failure until its connection is replaced.
      if (isReadOnly(error as Error)) this.#failure = trouble;
      throw trouble;
    });
  }

  /** Waits for the first connection. While a lost one is being replaced, rejects with the reason for the loss. */
  async #connected(): Promise<Redis> {
    if (this.#isClosed) throw new BoardTrouble('unreachable', `${this.place}: it is closed`);
    const redis = (this.#redis ??= this.#open());
    // After a replica has rejected a write, its connection ends only a moment later.
    if (this.#failure instanceof BoardTrouble) throw this.#failure;
    if (redis.status !== 'ready') {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve, reject) => {
        redis.once('ready', resolve);
        redis.once('error', reject);
      });
    }
    await (this.#greeting ??= this.#checkServer(redis));
    return redis;
  }

  #open(): Redis {
    const redis = openClient(this.#address);
    for (const [name, { keys, lua }] of Object.entries(SCRIPTS))
      redis.defineCommand(`timers_${name}`, { numberOfKeys: keys.length, lua });
    redis.on('error', (error) => (this.#failure = error));
    redis.on('ready', () => (this.#failure = this.#greeting = undefined));
    redis.on(
      'close',
      () => (this.#failure ??= new BoardTrouble('unreachable', `${this.place}: the connection was lost`)),
    );
    return redis;
  }

  async #checkServer(redis: Redis): Promise<void> {
    const unfit = whyUnfit(await redis.info());
    if (unfit === undefined) return;
    // Checks again next time, because an administrator may change the server.
    this.#greeting = undefined;
    throw new BoardTrouble('refused', `${this.place}: ${unfit}`);
  }
}

/**
 * The scripts as methods. Their arguments are one list, because a write may have more than JavaScript passes to a
 * function.
 */
type Scripts = Readonly<
  Record<`timers_${keyof typeof SCRIPTS}`, (args: readonly (string | number)[]) => Promise<unknown>>
>;

/** Returns why a server cannot keep a state, by its reply to INFO, which needs fewer permissions than CONFIG. */
function whyUnfit(info: string): string | undefined {
  const [, major, minor] = /^redis_version:(\d+)\.(\d+)/m.exec(info) ?? [];
  const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  if (isOld) return `it is version ${major}.${minor}: use ${OLDEST.join('.')} or later`;
  const [, policy = 'noeviction'] = /^maxmemory_policy:([\w-]+)/m.exec(info) ?? [];
  if (policy === 'noeviction') return undefined;
  return `it deletes records when its memory is full (maxmemory-policy ${policy}): set maxmemory-policy noeviction, or name another server`;
}

const toMap = (hash: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(hash));

/** Returns the keys and texts of what changes, in alternation, and the keys of what is deleted. */
function apart(entries: readonly Entry[]): readonly [string[], string[]] {
  const kept = entries.flatMap(({ key, text }) => (text === undefined ? [] : [key, text]));
  return [kept, entries.filter(({ text }) => text === undefined).map(({ key }) => key)];
}
