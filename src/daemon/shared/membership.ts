import { createHash } from 'node:crypto';
import type { Clock } from '../../domain/clock.js';
import { RefusalError, type Args } from '../../control/index.js';
import type { QueueRecord, SharedRecord } from '../../domain/status-record.js';
import { toTimestamp, type Cancel } from '../../domain/time.js';
import type { Job } from '../../domain/job.js';
import { Mailbox, Presence, type MailReply, type Peer } from '../../stores/shared/index.js';
import { version } from '../../version.js';
import { askActive, FOR_ACTIVE } from './ask-active.js';
import type { SharedState } from './open.js';
import type { Terms } from './terms.js';

interface MembershipParts {
  readonly shared: SharedState;
  readonly clock: Clock;
  readonly terms: Terms;
  /** The timers of this machine's file. */
  readonly jobs: () => readonly Job[];
  /** The work for workers, if this machine knows it. */
  readonly queues?: () => readonly QueueRecord[] | undefined;
  /** Carries out a verb here. @throws RefusalError with the reason. */
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
  #hashed: { readonly jobs: readonly Job[]; readonly hash: string } | undefined;
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

  /** Asks the active machine to carry out a verb; `undefined` if this machine must carry it out itself. */
  elsewhere(verb: string, args: Args): Promise<unknown> | undefined {
    if (!FOR_ACTIVE.has(verb) || this.#parts.terms.isActive) return undefined;
    // Before the first takeover no one knows more than this machine.
    if (verb === 'status' && this.#parts.terms.active === undefined) return undefined;
    return verb === 'reload' ? this.#reloadBoth(args) : this.#ask(verb, args);
  }

  /** For the status. */
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
      ...(queues && { queues }),
    };
  }

  /** Of the timers of this machine: computed once for each version of its file, because it takes a while with many. */
  get #hash(): string {
    const jobs = this.#parts.jobs();
    if (this.#hashed?.jobs !== jobs) this.#hashed = { jobs, hash: hashOf(jobs) };
    return this.#hashed.hash;
  }

  /** This machine uses its own file in its next term. */
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

  #compare(others: readonly Peer[]): void {
    const { terms } = this.#parts;
    if (!terms.isActive) return;
    const own = this.#hash;
    for (const { name, file } of others) {
      const key = `${name} ${file} ${own}`;
      if (file === own || this.#reported.has(key)) continue;
      this.#reported.add(key);
      const { scheduler } = terms;
      scheduler.emit({ event: 'config.differs', at: scheduler.now(), node: name });
    }
  }
}

/** A hash of what the timers do. Their order and the file's comments make no difference. */
function hashOf(jobs: readonly Job[]): string {
  const fileJobs = jobs.filter(({ adHoc }) => adHoc === undefined);
  const definitions = fileJobs.map(({ name, definition }) => JSON.stringify([name, definition])).sort();
  return createHash('sha256').update(definitions.join('\n')).digest('base64url').slice(0, 16);
}
