import { HOUR, MINUTE } from '../domain/time.js';
import { elementById, make, say } from './element.js';

const LENGTHS: readonly (readonly [string, number])[] = [
  ['until it is resumed', 0],
  ['for 15 min', 15 * MINUTE],
  ['for 1 h', HOUR],
  ['for 8 h', 8 * HOUR],
  ['for 24 h', 24 * HOUR],
];

/** The length of a pause and its reason. Without a length, the timer is paused until it is resumed. */
export interface PauseWish {
  readonly for_ms?: number;
  readonly reason?: string;
}

/** Asks how long to pause a timer, and why. */
export class PauseDialog {
  readonly #dialog = elementById('pause', HTMLDialogElement);
  readonly #length = elementById('pause-length', HTMLSelectElement);
  readonly #reason = elementById('pause-reason', HTMLInputElement);
  #isMeant = false;

  constructor() {
    this.#length.append(...LENGTHS.map(([words, milliseconds]) => make('option', { value: milliseconds }, words)));
    this.#dialog.querySelector('form')?.addEventListener('submit', () => (this.#isMeant = true));
    elementById('pause-leave', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
  }

  /** Resolves to the choice, or to `undefined` if the dialog was closed. */
  async ask(name: string): Promise<PauseWish | undefined> {
    say(elementById('pause-title', HTMLElement), `Pause ${name}`);
    this.#isMeant = false;
    this.#length.selectedIndex = 0;
    this.#reason.value = '';
    const closed = new Promise((resolve) => this.#dialog.addEventListener('close', resolve, { once: true }));
    this.#dialog.showModal();
    await closed;
    return this.#wish();
  }

  #wish(): PauseWish | undefined {
    if (!this.#isMeant) return undefined;
    const milliseconds = Number(this.#length.value);
    const reason = this.#reason.value.trim();
    return { ...(milliseconds > 0 && { for_ms: milliseconds }), ...(reason !== '' && { reason }) };
  }
}
