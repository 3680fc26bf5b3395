/** The file that the log goes to: `log` of the timer file. */
export interface LogFileSettings {
  /** Absolute. */
  readonly path: string;
  /** The size in bytes at which it is rotated. Absent if it is never rotated. */
  readonly maxSize?: number;
  /** How many older files are kept. */
  readonly keep: number;
}
