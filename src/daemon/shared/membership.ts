import type { Clock } from '../../domain/clock.js';
import { RefusalError, type Args } from '../../control/index.js';
import type { QueueRecord, SharedRecord } from '../../domain/status-record.js';
import { MINUTE, SECOND, toTimestamp, type Cancel, type Duration } from '../../domain/time.js';
import type { ClockOffset } from '../../domain/time-source.js';
import type { Job } from '../../domain/job.js';
import { Mailbox, Presence, type MailReply, type Peer } from '../../stores/shared/index.js';
import { version } from '../../version.js';
import { askActive, FOR_ACTIVE } from './ask-active.js';
import type { SharedState } from './open.js';
import type { Terms } from './terms.js';
import { TimerDigests } from './timer-digests.js';

/** How long the note with a machine's timers lasts. */
const TIMERS_LIFETIME: Duration = MINUTE;
/** The longest note, in characters. Names are ASCII, and a board accepts 1 MiB. */
const LONGEST_NOTE = 1_000_000;
/**
 * How long the active machine waits for another machine's note with different timers, before it reports the difference
 * without names.
 */
const NAMES_PATIENCE: Duration = 10 * SECOND;

interface MembershipParts {
  readonly shared: SharedState;
  readonly clock: Clock;
  readonly terms: Terms;
  /** The timers of this machine's file. */
  readonly jobs: () => readonly Job[];
  /** The work for workers, if this machine knows it. */
  readonly queues?: () => readonly QueueRecord[] | undefined;
  /** How far this machine's clock is from the store's, if that has been measured. */
  readonly clockOffset?: () => Pick<ClockOffset, 'offsetMs'> | undefined;
  /** Executes a verb here. @throws RefusalError with the reason. */
  readonly carryOut: (verb: string, args: Args) => unknown;
}

/** One machine of a shared state: what it reports about itself, and what it requests from the active one. */
export class Membership {
  readonly #parts: MembershipParts;
  readonly #mailbox: Mailbox;
  readonly #presence: Presence;
  readonly #since: string;
  /** Peers whose different timer file has been reported, by name and file. */
  readonly #reported = new Set<string>();
  /** When each such peer was first seen, by the monotonic clock. */
  readonly #seen = new Map<string, Duration>();
  #hashed: { readonly jobs: readonly Job[]; readonly digests: TimerDigests } | undefined;
  #published: { readonly whole: string; readonly at: Duration } | undefined;
  #endService: Cancel = () => undefined;

  constructor(parts: MembershipParts) {
    const { shared, clock } = parts;
    const { board } = shared;
    this.#parts = parts;
    this.#since = toTimestamp(clock.now());
    this.#mailbox = new Mailbox(board, clock);
    const self = () => ({ name: shared.node, version, since: this.#since, file: this.#hash });
    this.#presence = new Presence({ board, clock, id: shared.newId() }, self, (others) => this.#compare(others));
  }

  start(): void {
    this.#presence.start();
    this.#endService = this.#mailbox.serve(
      () => this.#parts.terms.isActive,
      ({ verb, args }) => this.#carryOut(verb, args),
    );
  }

  async stop(): Promise<void> {
    this.#endService();
    await this.#presence.stop();
  }

  /** Asks the active machine to execute a verb; `undefined` if this machine must execute it itself. */
  elsewhere(verb: string, args: Args): Promise<unknown> | undefined {
    if (!FOR_ACTIVE.has(verb) || this.#parts.terms.isActive) return undefined;
    // Before the first takeover, no machine knows more than this one.
    if (verb === 'status' && this.#parts.terms.active === undefined) return undefined;
    return verb === 'reload' ? this.#reloadBoth(args) : this.#ask(verb, args);
  }

  /** What the status shows about the shared state. */
  get record(): SharedRecord {
    const { shared, terms } = this.#parts;
    const own = this.#hash;
    const queues = this.#parts.queues?.();
    return {
      state: shared.board.place,
      node: shared.node,
      role: terms.isActive ? 'active' : 'standby',
      active: terms.active ?? null,
      lease_ms_left: terms.isActive ? Math.round(terms.leaseLeft) : null,
      fence: terms.fence ?? null,
      took_over: terms.takeover ?? null,
      others: this.#presence.others.map(({ file, ...peer }) => ({ ...peer, has_same_timers: file === own })),
      clock_offset_ms: this.#clockOffset,
      ...(queues && { queues }),
    };
  }

  get #clockOffset(): number | null {
    return this.#parts.clockOffset?.()?.offsetMs ?? null;
  }

  /**
   * Identifies the timers of this machine. Computed once for each version of its file, because that takes a while with
   * many timers.
   */
  get #hash(): string {
    const jobs = this.#parts.jobs();
    return this.#digests(jobs).whole;
  }

  #digests(jobs = this.#parts.jobs()): TimerDigests {
    if (this.#hashed?.jobs !== jobs) this.#hashed = { jobs, digests: new TimerDigests(jobs) };
    return this.#hashed.digests;
  }

  /** Reloads the file of the active machine, and that of this machine for its next term. */
  async #reloadBoth(args: Args): Promise<unknown> {
    if (args['dry_run'] === true) return this.#parts.carryOut('reload', args);
    const [, answer] = await Promise.all([this.#parts.carryOut('reload', args), this.#ask('reload', args)]);
    return answer;
  }

  #ask(verb: string, args: Args): Promise<unknown> {
    const { shared, terms } = this.#parts;
    return askActive({ shared, mailbox: this.#mailbox, active: terms.active }, verb, args);
  }

  async #carryOut(verb: string, args: Args): Promise<MailReply> {
    if (!FOR_ACTIVE.has(verb)) return { kind: 'refused', code: 'unknown_verb', message: `unknown verb "${verb}"` };
    try {
      return { kind: 'done', answer: await this.#parts.carryOut(verb, args) };
    } catch (error) {
      if (error instanceof RefusalError) return { kind: 'refused', code: error.code, message: error.message };
      throw error;
    }
  }

  /** The active machine reports machines with different timers; the others publish their timers for it. */
  #compare(others: readonly Peer[]): void {
    const different = others.filter(({ file }) => file !== this.#hash);
    if (different.length === 0) return;
    if (!this.#parts.terms.isActive) this.#publish();
    else for (const peer of different) void this.#report(peer);
  }

  #publish(): void {
    const { shared, clock } = this.#parts;
    const now = clock.monotonic();
    const { whole, text } = this.#digests();
    const isKnown = this.#published?.whole === whole && now - this.#published.at < TIMERS_LIFETIME / 2;
    if (isKnown || text.length > LONGEST_NOTE) return;
    this.#published = { whole, at: now };
    // If the note cannot be written, the active machine reports the difference without names.
    void shared.board.put(`timers/${whole}`, text, TIMERS_LIFETIME).catch(() => undefined);
  }

  async #report({ name, file }: Peer): Promise<void> {
    const { terms, shared, clock } = this.#parts;
    const key = `${name} ${file} ${this.#hash}`;
    if (this.#reported.has(key)) return;
    const notes = await shared.board.notes(`timers/${file}`).catch(() => undefined);
    const text = notes?.get(`timers/${file}`);
    // The other machine publishes its timers when it sees this one. Earlier versions never do.
    const firstSeen = this.#seen.get(key) ?? clock.monotonic();
    this.#seen.set(key, firstSeen);
    if (text === undefined && clock.monotonic() - firstSeen < NAMES_PATIENCE) return;
    if (this.#reported.has(key) || !terms.isActive) return;
    this.#reported.add(key);
    const { scheduler } = terms;
    const differences = text === undefined ? undefined : this.#digests().differencesOf(text);
    scheduler.emit({ event: 'config.differs', at: scheduler.now(), node: name, ...(differences && { differences }) });
  }
}
