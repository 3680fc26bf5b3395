import type { Duration } from '../../../domain/time.js';
import { BoardTrouble, type BoardPlace } from '../board.js';
import { readEtcdAddress, type EtcdAddress } from './address.js';
import { EtcdGateway } from './gateway.js';
import { etcdTrouble } from './trouble.js';

/** Sends a request within the time of its step; see {@link EtcdGateway.call}. */
export type EtcdCall = <Response>(path: string, body: object) => Promise<Response>;

/** The connection to a cluster. Each step has a deadline and rejects only with a {@link BoardTrouble}. */
export class EtcdSession {
  readonly address: EtcdAddress;
  readonly #clock: BoardPlace['clock'];
  readonly #active = new Set<AbortController>();
  #gateway: EtcdGateway | undefined;
  #isClosed = false;

  constructor(place: BoardPlace) {
    this.address = readEtcdAddress(place);
    this.#clock = place.clock;
  }

  /**
   * Runs a step of several requests. After `patience`, aborts the pending request, and the step rejects as
   * `unreachable`.
   */
  async within<T>(patience: Duration, step: (call: EtcdCall) => Promise<T>): Promise<T> {
    const { place, login } = this.address;
    const deadline = new AbortController();
    const disarm = this.#clock.after(patience, () => deadline.abort());
    this.#active.add(deadline);
    try {
      if (this.#isClosed) throw this.#closed();
      const gateway = (this.#gateway ??= new EtcdGateway(login()));
      return await step((path, body) => gateway.call(path, body, deadline.signal));
    } catch (error) {
      throw this.#isClosed ? this.#closed() : etcdTrouble(error, place);
    } finally {
      this.#active.delete(deadline);
      disarm();
    }
  }

  /** Rejects pending requests. Resolves when the connections are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const deadline of this.#active) deadline.abort();
    await this.#gateway?.close();
  }

  #closed(): BoardTrouble {
    return new BoardTrouble('unreachable', `${this.address.place}: it is closed`);
  }
}
