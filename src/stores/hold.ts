import { SECOND, type Duration } from '../domain/time.js';
import { holderOf, type Holder } from './lock-holder.js';
import type { StateOptions } from './state-options.js';
import { realPath } from './real-path.js';
import { lockState, type HeldLock, type Locking } from './state-lock.js';
import { takeState, type Taking } from './take-state.js';
import { troubleIn } from './trouble.js';

type Held = Extract<Taking, { readonly kind: 'held' }>;

/** How long to wait for a program that only checks who holds the lock. */
const PATIENCE: Duration = 5;
/**
 * How long another scheduler must hold the lock before this one stops. A start that will fail holds it for a shorter
 * time.
 */
const A_MOMENT: Duration = 3 * SECOND;

/** Another scheduler has the lock. */
interface OtherHands {
  readonly reason: string;
  /** Whether it has held the lock for more than a moment. */
  readonly isForGood: boolean;
}

/**
 * The lock of a state file, held by its ledger. It is taken when possible, and created again if its file is removed.
 */
export class Hold {
  readonly #options: StateOptions;
  /** The real path of the state file when it was locked. */
  #path: string;
  /** `undefined` until the state file is locked. */
  #held: Held | undefined;
  #lostSince: Duration | undefined;

  /** `taking` is the result of taking the state file at startup. */
  constructor(options: StateOptions, taking: Taking) {
    this.#options = options;
    this.#path = options.path;
    this.#held = taking.kind === 'held' ? taking : undefined;
  }

  get path(): string {
    return this.#path;
  }

  /**
   * Makes sure that the state file is locked, or returns why it cannot be. Resolves the path again, because it may lead
   * to another file by now.
   */
  take(): Held | { readonly reason: string } {
    const options = this.#options;
    const path = realPath(options.path);
    if (this.#held !== undefined && path === this.#path) return this.#held;
    this.release();
    const taking = takeState(path, { pid: options.pid, now: options.clock.now(), patience: PATIENCE });
    if (taking.kind === 'in_use') return { reason: takenBy(taking.pid) };
    if (taking.kind !== 'held') return taking;
    this.#path = path;
    return (this.#held = taking);
  }

  /**
   * Creates the lock again if its file is no longer at its path. Returns the holder if another scheduler was faster.
   */
  keep(): OtherHands | undefined {
    const held = this.#held;
    let locking: Locking | undefined;
    // If locking fails now, it may succeed next time. Until then, the state file itself records who uses it.
    troubleIn(() => {
      if (held?.lock.isInPlace() === false) locking = lockState(this.#path, this.#options.pid, PATIENCE);
    });
    return held && this.#kept(held, locking);
  }

  #kept(held: Held, locking: Locking | undefined): OtherHands | undefined {
    const now = this.#options.clock.monotonic();
    if (locking?.kind === 'held') this.#exchange(held, locking);
    if (locking?.kind !== 'in_use') this.#lostSince = undefined;
    else this.#lostSince ??= now;
    if (locking?.kind !== 'in_use' || this.#lostSince === undefined) return undefined;
    return { reason: `${takenBy(locking.pid)}; this one stops`, isForGood: now - this.#lostSince >= A_MOMENT };
  }

  #exchange(held: Held, lock: HeldLock): void {
    lock.mark();
    held.lock.release();
    this.#held = { ...held, lock };
  }

  /** Marks the lock after the state file was opened, and returns the holder to record in it. Never throws. */
  opened(): Holder | undefined {
    const lock = this.#held?.lock;
    let holder: Holder | undefined;
    lock?.mark();
    if (lock !== undefined) troubleIn(() => (holder = holderOf(this.#path, this.#options.pid, lock.inode)));
    return holder;
  }

  release(): void {
    this.#held?.lock.release();
    this.#held = undefined;
  }
}

const takenBy = (pid: number | undefined): string =>
  `${pid === undefined ? 'another scheduler' : `the scheduler with pid ${pid}`} has it now`;
