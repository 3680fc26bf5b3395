import { elementById } from './element.js';

/** Reading aloud takes a while, so news is announced at most this often, and only the latest. */
const BETWEEN = 10_000;
const SHOWN = 6_000;

/**
 * Announces the results of the user's actions, and other events. All are read aloud; the results are also shown for a
 * moment.
 */
export class Announcer {
  readonly #said = elementById('said', HTMLElement);
  #saidAt = Number.NEGATIVE_INFINITY;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #fading: ReturnType<typeof setTimeout> | undefined;

  /** `now` is for the result of the user's action, `in turn` for other events. */
  say(sentence: string, when: 'now' | 'in turn'): void {
    clearTimeout(this.#waiting);
    const pause = when === 'now' ? 0 : this.#saidAt + BETWEEN - Date.now();
    this.#waiting = setTimeout(() => this.#tell(sentence, when), Math.max(0, pause));
  }

  #tell(sentence: string, when: 'now' | 'in turn'): void {
    this.#saidAt = Date.now();
    this.#said.classList.toggle('unseen', when !== 'now');
    this.#said.textContent = sentence;
    clearTimeout(this.#fading);
    this.#fading = setTimeout(() => {
      this.#said.textContent = '';
      this.#said.classList.add('unseen');
    }, SHOWN);
  }
}
