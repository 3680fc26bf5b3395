import { DurationError, parseDuration } from '../domain/duration.js';
import { finish } from '../turns/steps.js';
import type { Duration } from '../domain/time.js';
import { Problems, type Diagnostic } from './text/diagnostic.js';
import type { MapEntry, MapNode, Slot } from './text/node.js';
import { readTimerFile } from './text/read-file.js';
import { Source } from './text/source.js';
import { readTree } from './check/read-tree.js';

/** The result of reading a file of run times. */
export interface ReadRunTimes {
  readonly source: string;
  readonly problems: readonly Diagnostic[];
  /** Run times by timer. Use them only if no problem is an error. */
  readonly runTimes: ReadonlyMap<string, { readonly p50: Duration; readonly p95: Duration }>;
}

const FORM = 'Write a duration such as 90s, or {p50: 90s, p95: 4m}.';

/**
 * Reads how long timers run from a YAML or JSON map: name → duration, or {p50, p95}. Never throws because of the file.
 */
export function readRunTimes(path: string): ReadRunTimes {
  const read = readTimerFile(path);
  if ('code' in read) return { source: '', problems: [read], runTimes: new Map() };
  const problems = new Problems(new Source(read.text));
  const root = finish(readTree(problems));
  const runTimes = new Map(
    Array.from(root === undefined ? [] : entriesOf(root, problems), ([name, entry]) => [
      name,
      runTimeOf(entry, problems),
    ]),
  );
  return { source: read.text, problems: problems.list(), runTimes };
}

function entriesOf({ value, at }: Slot, problems: Problems): MapNode['entries'] {
  if (value.kind === 'map') return value.entries;
  const message = 'A file of run times maps each timer to how long it runs.';
  problems.error({ code: 'not-a-map', message, hint: 'For example: backup: 20m', at });
  return new Map();
}

function runTimeOf(entry: MapEntry, problems: Problems): { p50: Duration; p95: Duration } {
  if (entry.value.kind !== 'map') {
    const always = durationOf(entry, problems);
    return { p50: always, p95: always };
  }
  const { entries } = entry.value;
  for (const [key, { key: at }] of entries)
    if (key !== 'p50' && key !== 'p95')
      problems.error({ code: 'unknown-key', message: `Unknown key "${key}" in a run time.`, hint: FORM, at });
  const p50 = entries.get('p50');
  if (p50 === undefined) {
    problems.error({ code: 'missing-p50', message: 'p50 is missing.', hint: FORM, at: entry.key });
    return { p50: 0, p95: 0 };
  }
  return pairOf(p50, entries.get('p95') ?? p50, problems);
}

function pairOf(usual: Slot, worst: Slot, problems: Problems): { p50: Duration; p95: Duration } {
  const [p50, p95] = [durationOf(usual, problems), durationOf(worst, problems)];
  if (p95 < p50)
    problems.error({ code: 'p95-below-p50', message: 'p95 is shorter than p50.', at: worst.at, hint: FORM });
  return { p50, p95 };
}

function durationOf({ value, at }: Slot, problems: Problems): Duration {
  try {
    if (value.kind === 'scalar') return parseDuration(value.text);
    if (value.kind !== 'broken')
      problems.error({ code: 'bad-duration', message: 'This is not a valid duration.', hint: FORM, at });
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    problems.error({ code: 'bad-duration', message: error.message, hint: error.hint, at });
  }
  return 0;
}
