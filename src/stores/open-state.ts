import type { Duration } from '../domain/time.js';
import { leftBehind } from './set-aside.js';
import type { StateOpening, StateOptions } from './state-options.js';
import { openFile } from './open-file.js';
import { SqliteLedger } from './sqlite-ledger.js';
import { takeState } from './take-state.js';
import { troubleIn } from './trouble.js';

const PATIENCE: Duration = 500;

/**
 * Opens a state file for the one scheduler that writes it, creating it and its folder if they are missing. If it cannot
 * be opened now, the returned ledger reports trouble and keeps retrying. Never throws.
 */
export function openState(options: StateOptions): StateOpening {
  const { path, clock, pid, retention, patience = PATIENCE } = options;
  const taking = takeState(path, { pid, now: clock.now(), patience });
  if (taking.kind === 'in_use' || taking.kind === 'refused') return taking;
  let earlier: readonly string[] = [];
  // A folder that cannot be listed may still be usable for the state.
  if (taking.kind === 'held') troubleIn(() => (earlier = leftBehind(path)));
  const opening =
    taking.kind === 'held' ? openFile({ path, retention, wasUsed: taking.wasUsed, patience }, clock.now()) : taking;
  if (opening.kind === 'refused') {
    if (taking.kind === 'held') taking.lock.release();
    return opening;
  }
  const ledger = new SqliteLedger(options, taking, opening);
  const setAside = opening.kind === 'open' ? opening.setAside : undefined;
  return {
    kind: 'open',
    ledger,
    recorded: () => ledger.recorded,
    outcomes: () => ledger.outcomes,
    setAside,
    leftBehind: earlier,
  };
}
