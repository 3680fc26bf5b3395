/** The meaning of a diagnostic code. For the reference only: the program imports just its types. */
export interface CodeEntry {
  /** `either`: an error as root, otherwise a warning. Absent: an error. */
  readonly severity?: 'warning' | 'either';
  /** What is wrong, in a sentence. */
  readonly summary: string;
  /** How to fix it, in a sentence. */
  readonly fix: string;
  /** A timer file, or the lines of one timer, that causes it. Absent if more than a file is needed. */
  readonly example?: string;
}
