import type { Schedule } from '../domain/schedule.js';
import type { Instant } from '../domain/time.js';

/** A format of another scheduler that `timers import` reads: a folder in `importers/`, listed in `index.ts`. */
export interface Importer {
  /** The word on the command line: `crontab`, `systemd`. */
  readonly name: string;
  /** What the importer reads, in a few words, for the help. */
  readonly summary: string;
  /**
   * Returns how likely a file has this format, from 0 (no) to 1 (certainly). The format with the highest value reads
   * the file.
   */
  recognize(file: SourceFile): number;
  /**
   * Reads files that belong together, such as a `.timer` with its `.service`. Never throws because of their contents.
   */
  read(files: readonly SourceFile[], context: ImportContext): Imported;
}

/** A file to import. */
export interface SourceFile {
  /** As the user wrote it; `-` is standard input. */
  readonly path: string;
  readonly text: string;
}

export interface ImportContext {
  /** This machine's IANA zone, for sources that name none. */
  readonly timezone: string;
  /** The time of the import: firings are compared from here on. */
  readonly now: Instant;
  /**
   * Reads a file that the source names (an include, a `.service` next to its `.timer`); `undefined` if it cannot be
   * read.
   */
  readonly readBeside: (from: string, named: string) => SourceFile | undefined;
}

/**
 * The result of reading the files of a source. All strings are literal: the writer escapes `${` where a timer file
 * expands it.
 */
export interface Imported {
  /** Keys at the top of the timer file besides `timers`: `timezone`, `groups`, `defaults`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly timers: readonly ImportedTimer[];
  /** Differences that belong to no timer. */
  readonly differences: readonly Difference[];
}

export interface ImportedTimer {
  /** The name that the source suggests. The caller makes it valid and unique. */
  readonly name: string;
  /**
   * The name that `timers export` noted in the source. Entries with the same name are one timer if only their times
   * differ, because the format needs an entry per expression.
   */
  readonly exportedAs?: string;
  readonly place: SourcePlace;
  /**
   * The entry below `timers`, in the order of the output: `description`, `cron`, `run`. The caller moves shared values
   * to `defaults`.
   */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly differences: readonly Difference[];
  /**
   * When the source would start the timer, by the source's own rules for days, clock changes and years. The caller
   * compares this schedule with the timer over five years, and reports the first instant that differs. Absent if there
   * is nothing to compare.
   */
  readonly original?: Pick<Schedule, 'next'>;
  /** A sentence about how the source's rule differs, used if the comparison finds a difference. */
  readonly whenDifferent?: string;
}

export interface SourcePlace {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
}

/** Something that cannot be imported, or works differently here. */
export interface Difference extends SourcePlace {
  /**
   * `error`: the timer or setting is left out. `warning`: it works differently. `note`: it is worth knowing, but there
   * is nothing to do.
   */
  readonly severity: 'error' | 'warning' | 'note';
  /** The text in question, if it is not the whole line. */
  readonly text?: string;
  /** A sentence that says what is different. */
  readonly message: string;
  /** A sentence that says what to do. */
  readonly hint?: string;
  /** The timer key that the difference is about. It applies only if the timer has this key on this machine. */
  readonly about?: string;
}
