import type { Difference, SourcePlace } from './kind.js';

/** Collects the differences of one timer, or of a whole source. */
export class DifferenceList {
  readonly #list: Difference[] = [];

  /** Reports that the timer or setting is left out. */
  error(place: SourcePlace, message: string, hint?: string): void {
    this.#add('error', place, message, hint);
  }

  /** Reports that the timer or setting works differently. */
  warning(place: SourcePlace, message: string, hint?: string): void {
    this.#add('warning', place, message, hint);
  }

  /** Reports that the timer or setting looks different but does the same. */
  note(place: SourcePlace, message: string, hint?: string): void {
    this.#add('note', place, message, hint);
  }

  /** Returns the differences in the order of the source. */
  list(): readonly Difference[] {
    return this.#list.toSorted((a, b) => a.line - b.line);
  }

  #add(severity: Difference['severity'], { file, line }: SourcePlace, message: string, hint?: string): void {
    this.#list.push({ severity, file, line, message, ...(hint !== undefined && { hint }) });
  }
}
