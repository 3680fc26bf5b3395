import type { Difference, SourcePlace } from '../kind.js';

/** Collects differences while units are read. */
export class Findings {
  readonly list: Difference[] = [];

  /** The differences, sorted by file and line. */
  get sorted(): readonly Difference[] {
    const files = this.list.map(({ file }) => file);
    return [...this.list].sort(
      (one, other) => files.indexOf(one.file) - files.indexOf(other.file) || one.line - other.line,
    );
  }

  error(place: SourcePlace, message: string, hint?: string): void {
    this.#add('error', place, { message, hint });
  }

  warning(place: SourcePlace, message: string, hint?: string, about?: string): void {
    this.#add('warning', place, { message, hint, about });
  }

  note(place: SourcePlace, message: string, hint?: string, about?: string): void {
    this.#add('note', place, { message, hint, about });
  }

  #add(
    severity: Difference['severity'],
    { file, line }: SourcePlace,
    {
      message,
      hint,
      about,
    }: { readonly message: string; readonly hint?: string | undefined; readonly about?: string | undefined },
  ): void {
    this.list.push({
      file,
      line,
      severity,
      message,
      ...(hint !== undefined && { hint }),
      ...(about !== undefined && { about }),
    });
  }
}
