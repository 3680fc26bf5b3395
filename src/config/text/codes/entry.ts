/** What a diagnostic code means. For the reference alone: the program imports its types only. */
export interface CodeEntry {
  /** `either`: an error as root, otherwise a warning. Absent: an error. */
  readonly severity?: 'warning' | 'either';
  /** What is wrong, in a sentence. */
  readonly summary: string;
  /** The way out, in a sentence. */
  readonly fix: string;
  /** A timer file, or the lines of one timer, that brings it. Absent if it takes more than a file. */
  readonly example?: string;
}
