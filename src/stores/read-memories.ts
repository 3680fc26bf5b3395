import type { JobRecord } from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';
import { readState } from './read-state.js';
import { troubleIn } from './trouble.js';

/**
 * Reads the memories in a state file that cannot be opened for writing, such as one on a read-only disk: pauses,
 * breakers, counted runs. Nothing is caught up, so every cursor is `now`. Ad-hoc jobs are left out, because they could
 * run twice. Never throws.
 */
export function readMemories(path: string, now: Instant): ReadonlyMap<string, JobRecord> {
  const reading = readState(path);
  let records: readonly JobRecord[] = [];
  if (reading.kind !== 'open') return new Map();
  troubleIn(() => (records = [...reading.history.jobs().values()]));
  troubleIn(() => reading.history.close());
  return new Map(
    records
      .filter(({ definition }) => definition === undefined)
      .map((record) => [record.name, { ...record, memory: { ...record.memory, cursor: now } }]),
  );
}
