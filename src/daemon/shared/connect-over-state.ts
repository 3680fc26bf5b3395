import {
  LostError,
  pollEvents,
  RefusalError,
  type Args,
  type Connecting,
  type FollowListener,
  type SchedulerClient,
} from '../../control/index.js';
import type { Clock } from '../../domain/clock.js';
import type { SharedPlace } from '../../domain/state-place.js';
import { BoardTrouble, Mailbox } from '../../stores/shared/index.js';
import { askActive, FOR_ACTIVE } from './ask-active.js';
import { openShared, type SharedState } from './open.js';

/** Connects to the schedulers of a shared state from a machine that runs none. Never rejects, except for bugs. */
export async function connectOverState(place: SharedPlace, clock: Clock): Promise<Connecting> {
  try {
    return await connectOver(await openShared(place, clock), clock);
  } catch (error) {
    return refused(error);
  }
}

/** Like {@link connectOverState}, for an open state. Closes it unless the result is a connection. */
export async function connectOver(shared: SharedState, clock: Clock): Promise<Connecting> {
  const { board } = shared;
  try {
    const active = (await board.holder())?.name;
    const isUsed = active !== undefined || (await board.notes('node/')).size > 0;
    if (isUsed) return { kind: 'connected', client: new RemoteClient(shared, clock, active) };
    await board.close();
    return { kind: 'absent' };
  } catch (error) {
    await board.close();
    return refused(error);
  }
}

function refused(error: unknown): Connecting {
  if (!(error instanceof BoardTrouble)) throw error;
  return { kind: 'refused', reason: `its shared state cannot be used: ${error.message}` };
}

/** Talks to the active machine of a shared state through notes in that state. Requests are executed in their order. */
class RemoteClient implements SchedulerClient {
  readonly standsBy = true;
  readonly #shared: SharedState;
  readonly #clock: Clock;
  readonly #mailbox: Mailbox;
  readonly #active: string | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isGone = false;

  constructor(shared: SharedState, clock: Clock, active: string | undefined) {
    this.#shared = shared;
    this.#clock = clock;
    this.#mailbox = new Mailbox(shared.board, clock);
    this.#active = active;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  request(verb: string, args: Args = {}): Promise<unknown> {
    const asked = this.#last.then(() => this.#ask(verb, args));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  follow(args: Args, follower: FollowListener): Promise<void> {
    const request = (verb: string, asked: Args) => this.request(verb, asked);
    return pollEvents({ request, isOver: () => this.#isGone, clock: this.#clock }, args, follower);
  }

  async stop(): Promise<void> {
    await this.request('stop');
  }

  close(): void {
    this.#isGone = true;
    void this.#last.then(() => this.#shared.board.close());
  }

  #ask(verb: string, args: Args): Promise<unknown> {
    const [shared, mailbox, active] = [this.#shared, this.#mailbox, this.#active];
    if (this.#isGone) throw new LostError('the connection is closed');
    // A path of this machine means nothing on another one.
    if (FOR_ACTIVE.has(verb) && args['dry_run'] !== true) return askActive({ shared, mailbox, active }, verb, args);
    const where = active === undefined ? shared.board.place : `${active}, which is active on ${shared.board.place}`;
    throw new RefusalError(
      'unavailable',
      `no scheduler of this file is running on this machine. Run the command on ${where}`,
    );
  }
}
