import { createHash } from 'node:crypto';
import type { Job } from '../../domain/job.js';

/** The names of timers in which another file differs. */
export interface TimerDifferences {
  /** Timers that exist only in the other file. */
  readonly added: readonly string[];
  /** Timers that exist only in this machine's file. */
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What the timers of a file do, in a form that machines can compare. Comments and the order of timers do not count. */
export class TimerDigests {
  /** The digest of all timers: 16 characters of base64url. Files with the same timers have the same digest. */
  readonly whole: string;
  readonly #byName: ReadonlyMap<string, string>;

  constructor(jobs: readonly Job[]) {
    const fileJobs = jobs.filter(({ adHoc }) => adHoc === undefined);
    const definitions = fileJobs.map(({ name, definition }) => [name, JSON.stringify([name, definition])] as const);
    this.#byName = new Map(definitions.map(([name, definition]) => [name, digest(definition, 8)]));
    this.whole = digest(
      definitions
        .map(([, definition]) => definition)
        .sort()
        .join('\n'),
      16,
    );
  }

  /** The input of {@link differencesOf} on another machine. */
  get text(): string {
    return JSON.stringify([...this.#byName]);
  }

  /** Returns how the file with this {@link text} differs from this machine's; `undefined` if the text is invalid. */
  differencesOf(text: string): TimerDifferences | undefined {
    const other = readDigests(text);
    if (other === undefined) return undefined;
    const own = this.#byName;
    const shared = [...own.keys()].filter((name) => other.has(name));
    return {
      added: [...other.keys()].filter((name) => !own.has(name)),
      removed: [...own.keys()].filter((name) => !other.has(name)),
      changed: shared.filter((name) => own.get(name) !== other.get(name)),
    };
  }
}

const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, length);

function readDigests(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const entries = JSON.parse(text) as readonly (readonly [unknown, unknown])[];
    return new Map(entries.map(([name, value]) => [String(name), String(value)]));
  } catch {
    // Not a note of `timers`.
    return undefined;
  }
}
