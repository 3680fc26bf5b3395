import { contentIn, formatIn, headerOf } from './header.js';
import { MIGRATIONS } from './schema.js';

/** A file that is not ours to use: it stays as it is, and no lock is made for it. */
export interface Refusal {
  readonly kind: 'refused';
  readonly file: string;
  /** In plain words, without the name of the file. */
  readonly reason: string;
}

/**
 * Why the file at the path of a state is not ours to use; `undefined`: it is, or there is none. Noise is a damaged state of ours where `wasOurs`
 * says so, else somebody's file. To be asked before this process opens it. @throws the file system's errors.
 */
export function strangenessOf(path: string, wasOurs: boolean): string | undefined {
  const header = headerOf(path);
  switch (contentIn(header)) {
    case 'foreign':
      return 'it is the database of another program';
    case 'newer': {
      const format = `format ${formatIn(header)}, this version reads up to ${MIGRATIONS.length}`;
      return `it was written by a newer version of timers (${format})`;
    }
    case 'noise':
      return wasOurs ? undefined : 'it is not a database';
    default:
      return undefined;
  }
}
