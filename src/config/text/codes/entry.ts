/** The meaning of a diagnostic code. Only the reference uses the texts: the program imports just the types. */
export interface CodeEntry {
  /** `either` is an error as root, otherwise a warning. Absent for an error. */
  readonly severity?: 'warning' | 'either';
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** How to fix the problem, in one sentence. */
  readonly fix: string;
  /** A timer file, or the lines of one timer, that causes the diagnostic. Absent if more than a file is needed. */
  readonly example?: string;
}
