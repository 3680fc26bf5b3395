import type { Job } from '../../domain/job.js';
import type { Defaults } from '../check/schema.js';
import type { Settings } from './file.js';

/** A timer file without errors. */
export interface TimerFile {
  /** Absolute, with symbolic links resolved. */
  readonly path: string;
  /** Absolute, as it was named or found: the path to read after a change. */
  readonly named: string;
  /** In the order of the file. */
  readonly jobs: readonly Job[];
  readonly settings: Settings;
  /** The values for keys that a timer does not set itself. */
  readonly defaults: Defaults;
}
