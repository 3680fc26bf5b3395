import type { PauseWish } from './pause-dialog.js';
import { RefusedError, type Server } from './server.js';

export interface ActionEvents {
  /** Shows a message. */
  readonly said: (sentence: string) => void;
  /** Asks for the token; `next` is the action that follows. Resolves to whether there is a token now. */
  readonly unlock: (why: string, next: string) => Promise<boolean>;
  /** Asks for the length of a pause and its reason; `undefined` if the user gave up. */
  readonly pause: (name: string) => Promise<PauseWish | undefined>;
}

/** An action in words: `trigger backup`, and the sentence once it is done. */
interface Words {
  readonly doing: string;
  readonly done: string;
}

/** Performs actions, asks for the token if needed, and reports the results. Its methods never reject. */
export class Actions {
  readonly #server: Server;
  readonly #events: ActionEvents;

  constructor(server: Server, events: ActionEvents) {
    this.#server = server;
    this.#events = events;
  }

  trigger(name: string): Promise<void> {
    return this.#carryOut('trigger', { name }, { doing: `trigger ${name}`, done: `${name} was triggered.` });
  }

  async pause(name: string): Promise<void> {
    const wish = await this.#events.pause(name);
    if (wish === undefined) return;
    await this.#carryOut('pause', { names: [name], ...wish }, { doing: `pause ${name}`, done: `${name} is paused.` });
  }

  resume(name: string): Promise<void> {
    return this.#carryOut('resume', { names: [name] }, { doing: `resume ${name}`, done: `${name} is resumed.` });
  }

  cancel(name: string, target: string): Promise<void> {
    const words = { doing: `cancel the run of ${name}`, done: `The run of ${name} is being canceled.` };
    return this.#carryOut('cancel', { target }, words);
  }

  async #carryOut(verb: string, args: object, words: Words): Promise<void> {
    try {
      await this.#server.post(verb, args);
      this.#events.said(words.done);
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) await this.#unlockAndCarryOut(verb, args, words);
      else
        this.#events.said(
          `Could not ${words.doing}: ${error instanceof RefusedError ? error.message : 'the scheduler cannot be reached'}`,
        );
    }
  }

  /** Asks for the new token, because the token has changed since this page was loaded. Then repeats the action. */
  async #unlockAndCarryOut(verb: string, args: object, words: Words): Promise<void> {
    this.#server.token = undefined;
    const why = `The token has changed. Enter the new one to ${words.doing}.`;
    if (await this.#events.unlock(why, words.doing)) await this.#carryOut(verb, args, words);
  }
}
