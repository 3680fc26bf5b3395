import type { Job } from '../domain/job.js';
import type { Instant } from '../domain/time.js';

/** A format of another program that `timers export` writes: a folder in `exporters/`, listed in `index.ts`. */
export interface Exporter {
  /** The word on the command line: `systemd`, `ical`. */
  readonly name: string;
  /** What it writes, briefly, for the help. */
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

/** Something that cannot be exported, or works differently there. */
export interface ExportDifference {
  readonly timer: string;
  /** `error`: the timer is left out. `warning`: it works differently. `note`: it looks different and does the same. */
  readonly severity: 'error' | 'warning' | 'note';
  /** A sentence: what is different. */
  readonly message: string;
  /** A sentence: what to do. */
  readonly hint?: string;
}
