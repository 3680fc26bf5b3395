import { RefusedError, type Server } from './server.js';

export interface ActionEvents {
  /** Tells the person. */
  readonly said: (sentence: string) => void;
  /** The token is needed, or was wrong. Resolves to whether there is one now. */
  readonly unlock: (why: string) => Promise<boolean>;
}

/** Does what was asked, asks for the token where it is needed, and says what came of it. */
export class Actions {
  readonly #server: Server;
  readonly #events: ActionEvents;

  constructor(server: Server, events: ActionEvents) {
    this.#server = server;
    this.#events = events;
  }

  /** Never rejects. */
  async carryOut(verb: string, args: object, done: string): Promise<void> {
    const needsToken = this.#server.token === undefined;
    if (needsToken && !(await this.#events.unlock('Who acts shows the token of this scheduler.'))) return;
    try {
      await this.#server.post(verb, args);
      this.#events.said(done);
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) {
        this.#server.token = undefined;
        await this.#events.unlock('The token was changed. Enter the new one, and try again.');
      } else
        this.#events.said(
          `Not done: ${error instanceof RefusedError ? error.message : 'the scheduler cannot be reached'}`,
        );
    }
  }

  trigger(name: string): Promise<void> {
    return this.carryOut('trigger', { name }, `${name} was triggered.`);
  }

  pause(name: string, how: { readonly for_ms?: number; readonly reason?: string } = {}): Promise<void> {
    return this.carryOut('pause', { names: [name], ...how }, `${name} is paused.`);
  }

  resume(name: string): Promise<void> {
    return this.carryOut('resume', { names: [name] }, `${name} is resumed.`);
  }

  cancel(name: string, target: string): Promise<void> {
    return this.carryOut('cancel', { target }, `The run of ${name} is told to end.`);
  }
}
