import type { DecidedEnding } from '../domain/fallback.js';
import { LOST, RUN_STATUSES, type Outcome } from '../domain/outcome.js';
import { isInteger, isName, isOneOf, isText, type RowReader } from './row-reader.js';

const UNKNOWN: DecidedEnding = { kind: 'finished', outcome: LOST };

/** Returns how an open run will end, as the text of its column. */
export const textOfDecided = (decided: DecidedEnding | undefined): string | null =>
  decided === undefined ? null : JSON.stringify(decided);

/**
 * Reads what {@link textOfDecided} wrote. If the text is invalid, the run counts as lost: its fallback has started and
 * must not start again.
 */
export function decidedOfText(text: string | null, read: RowReader): DecidedEnding | undefined {
  if (text === null) return undefined;
  const decided = parse(text);
  return read.required('decided', decided ?? text, isDecided, UNKNOWN);
}

function parse(text: unknown): DecidedEnding | undefined {
  try {
    return JSON.parse(String(text)) as DecidedEnding;
  } catch {
    return undefined;
  }
}

function isDecided(value: unknown): value is DecidedEnding {
  const { kind, reason, outcome } = Object(value) as Record<string, unknown>;
  return kind === 'skipped' ? isName(reason) : kind === 'finished' && isOutcome(outcome);
}

function isOutcome(value: unknown): value is Outcome {
  const { status, exitCode, signal, error } = Object(value) as Record<string, unknown>;
  const isAbsentOr = (one: unknown, isRight: (one: unknown) => boolean) => one === undefined || isRight(one);
  return (
    isOneOf(RUN_STATUSES)(status) &&
    isAbsentOr(exitCode, isInteger) &&
    isAbsentOr(signal, isText) &&
    isAbsentOr(error, isText)
  );
}
