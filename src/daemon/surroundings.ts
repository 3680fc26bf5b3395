/** What a scheduler needs from its process, besides the system clock. */
export interface Surroundings {
  /** The working directory: the base of relative paths on the command line. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes lines to standard error, for the user. Never blocks, never throws. */
  err(...lines: readonly string[]): void;
}
