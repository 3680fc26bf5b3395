/** What a scheduler needs of the process it runs in, besides the system clock. */
export interface Surroundings {
  /** The working directory, which relative paths of the command line start from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes lines to the person, on standard error. Never blocks, never throws. */
  err(...lines: readonly string[]): void;
}
