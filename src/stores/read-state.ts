import { accessSync, constants, existsSync } from 'node:fs';
import type { Duration } from '../domain/time.js';
import { EMPTIED, wasUsed, noFile, strangenessOf } from './existing-file.js';
import { openForReading, sizeOf } from './open-for-reading.js';
import type { StateReading } from './state-options.js';
import { SqliteHistory } from './sqlite-history.js';
import { troubleOf } from './trouble.js';

/** How long to wait for a scheduler that is just opening or closing the file. */
const PATIENCE: Duration = 1_000;

/**
 * Opens a state file for reading, whether or not a scheduler writes it. Changes nothing, creates no file, and never
 * throws. Not for the process that writes the file.
 */
export function readState(path: string): StateReading {
  try {
    const other = noFile(path);
    if (other !== undefined) return { kind: 'unavailable', reason: other };
    if (sizeOf(path) === 0) return wasEmptied(path) ? { kind: 'unavailable', reason: EMPTIED } : { kind: 'none' };
    // Throws the reason if we may not read the file, which SQLite would not report.
    accessSync(path, constants.R_OK);
    const reason = strangenessOf(path, false);
    if (reason !== undefined) return { kind: 'unavailable', reason };
    return { kind: 'open', history: new SqliteHistory(openForReading(path, PATIENCE)) };
  } catch (error) {
    const { reason } = troubleOf(error);
    return { kind: isNowhere(error) ? 'none' : 'unavailable', reason };
  }
}

/**
 * Returns whether no file can be at the path, as with `HOME=/dev/null`, which services set for a user without a home.
 */
const isNowhere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOTDIR';

const wasEmptied = (path: string): boolean => existsSync(path) && wasUsed(path, PATIENCE);
