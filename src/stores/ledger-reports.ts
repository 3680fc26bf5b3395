import type { LedgerTrouble } from '../domain/ledger.js';
import type { LedgerFile } from './ledger-file.js';

/** Reports trouble with a state file to the listener of its ledger: each reason once, and when the trouble ends. */
export class LedgerReports {
  readonly #path: string;
  #listener: (trouble: LedgerTrouble) => void = () => undefined;
  #trouble: Extract<LedgerTrouble, { readonly kind: 'unavailable' }> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether trouble was reported, and its end was not. */
  get hasTrouble(): boolean {
    return this.#trouble !== undefined;
  }

  /** Sets the listener, and reports current trouble to it. */
  listen(listener: (trouble: LedgerTrouble) => void): void {
    this.#listener = listener;
    if (this.#trouble !== undefined) listener(this.#trouble);
  }

  unavailable(reason: string): void {
    if (this.#trouble?.reason === reason) return;
    this.#trouble = { kind: 'unavailable', file: this.#path, reason };
    this.#listener(this.#trouble);
  }

  /** Reports that the trouble has ended. `lost` counts the dropped records. For `adHoc`, see {@link LedgerTrouble}. */
  recovered(lost: number, adHoc: number): void {
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#listener({ kind: 'recovered', file: this.#path, lost, ...(adHoc > 0 && { adHoc }) });
  }

  unrecorded(reason: string, lost: number): void {
    this.unavailable(reason);
    this.#listener({ kind: 'unrecorded', file: this.#path, reason, lost });
  }

  setAside(aside: { readonly file: string; readonly aside: string; readonly reason: string }): void {
    this.#listener({ kind: 'set_aside', ...aside });
  }

  /** Reports the invalid values that a file had when it was opened, if any. */
  invalid(file: LedgerFile | undefined): void {
    const { count = 0, words: problems = [] } = file?.invalid ?? {};
    if (count > 0) this.#listener({ kind: 'invalid', file: this.#path, count, problems });
  }
}
