import { elementById, say } from './element.js';
import { RefusedError, type Server } from './server.js';

/** Asks for the token. */
export class Unlock {
  readonly #server: Server;
  readonly #dialog = elementById('unlock', HTMLDialogElement);
  readonly #token = elementById('token', HTMLInputElement);
  readonly #wrong = elementById('unlock-wrong', HTMLElement);
  readonly #changed: () => void;
  #waiting: Promise<boolean> | undefined;

  /** Calls `changed` when a token is set or removed. */
  constructor(server: Server, changed: () => void) {
    this.#server = server;
    this.#changed = changed;
    this.#dialog.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#try();
    });
    elementById('unlock-leave', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
  }

  /**
   * Asks for the token. Resolves to whether there is a valid one now. `next` is the action that follows, for the label
   * of the button: `trigger backup`.
   */
  ask(why: string, next?: string): Promise<boolean> {
    return (this.#waiting ??= this.#ask(why, next).finally(() => (this.#waiting = undefined)));
  }

  /** Forgets the token, and everything that this page shows. */
  lock(): void {
    this.#server.token = undefined;
    location.reload();
  }

  async #ask(why: string, next: string | undefined): Promise<boolean> {
    say(elementById('unlock-do', HTMLElement), next === undefined ? 'Unlock' : `Unlock and ${next}`);
    say(elementById('unlock-why', HTMLElement), why);
    say(this.#wrong, '');
    this.#token.value = '';
    const closed = new Promise((resolve) => this.#dialog.addEventListener('close', resolve, { once: true }));
    this.#dialog.showModal();
    this.#token.focus();
    await closed;
    return this.#server.token !== undefined;
  }

  async #try(): Promise<void> {
    this.#server.token = this.#token.value.trim();
    try {
      await this.#server.post('token');
      this.#dialog.close();
    } catch (error) {
      this.#server.token = undefined;
      const isWrong = error instanceof RefusedError && error.status === 401;
      const reason = error instanceof RefusedError ? error.message : 'the scheduler cannot be reached';
      say(this.#wrong, isWrong ? 'That token is wrong.' : `It did not work: ${reason}`);
      this.#token.select();
    }
    this.#changed();
  }
}
