import type { Job } from '../../src/domain/job.js';
import { Disk, FakeLedger } from './fake-ledger.js';
import { Rig, type RigOptions } from './rig.js';

/** The events as written in a test, without indentation. */
export const tidy = (text: string): string => text.trim().replace(/^ +/gm, '');

/** Schedulers one after the other on one disk; the clock keeps running between them. */
export class Lives {
  readonly disk = new Disk();
  readonly #isShared: boolean;
  #count = 0;

  /** `isShared`: each takes over from the previous one. */
  constructor({ isShared = false } = {}) {
    this.#isShared = isShared;
  }

  begin(jobs: readonly Job[], start: string, options: RigOptions = {}): Rig & { ledger: FakeLedger } {
    const life = `life${++this.#count}`;
    const ledger = new FakeLedger(this.disk, { node: this.#isShared ? life : undefined });
    const rig = new Rig(jobs, { start, ledger, life, ...options });
    rig.executor.lasting = 0;
    return Object.assign(rig, { ledger });
  }
}
