import type { Job } from '../domain/job.js';
import type { Instant } from '../domain/time.js';

/** A format of another program that `timers export` writes: a folder in `exporters/`, listed in `index.ts`. */
export interface Exporter {
  /** The word on the command line: `systemd`, `ical`. */
  readonly name: string;
  /** What the exporter writes, in a few words, for the help. */
  readonly summary: string;
  /** Writes timers as files. Never throws because of their content. */
  write(jobs: readonly Job[], context: ExportContext): Exported;
}

export interface ExportContext {
  readonly now: Instant;
  /** This machine's IANA zone, for formats without zones. */
  readonly timezone: string;
  /** The image of the containers, for a format that needs one. */
  readonly image?: string;
}

export interface Exported {
  readonly files: readonly ExportedFile[];
  readonly differences: readonly ExportDifference[];
}

export interface ExportedFile {
  /** A name without a folder, such as `backup.timer`. */
  readonly name: string;
  readonly text: string;
}

/** Something that cannot be exported, or works differently in the other program. */
export interface ExportDifference {
  readonly timer: string;
  /** `error`: the timer is left out. `warning`: it works differently. `note`: it looks different but does the same. */
  readonly severity: 'error' | 'warning' | 'note';
  /** A sentence that says what is different. */
  readonly message: string;
  /** A sentence that says what to do. */
  readonly hint?: string;
}
