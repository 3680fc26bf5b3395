import type { RunFinished, RunStarted } from '../domain/events/index.js';
import { momentOfRun } from '../domain/monitor.js';
import { toRecord } from '../domain/record.js';

/**
 * The placeholders allowed in an address or a body, named as in the log. A placeholder is empty if the run lacks the
 * fact.
 */
export const PLACEHOLDERS = [
  'task_name',
  'run_id',
  'firing_id',
  'scheduled_at',
  'trigger',
  'status',
  'exit_code',
  'signal',
  'duration_ms',
  'lateness_ms',
  'attempts',
  'error',
  'fallback_status',
  'output_tail',
] as const;

const PATTERN = /\{([a-z_]+)\}/g;

/** Returns the names in braces in a text, known or not. */
export const placeholdersIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(PATTERN), ([, name = '']) => name);

/** Inserts the facts of a run into a text, each encoded by `encode`. When a run starts, `status` is `start`. */
export function fill(text: string, event: RunStarted | RunFinished, encode: (value: string) => string): string {
  if (!text.includes('{')) return text;
  const facts: Readonly<Record<string, unknown>> = { ...toRecord(event), ...tailOf(event) };
  return text.replace(PATTERN, (written, name: string) =>
    (PLACEHOLDERS as readonly string[]).includes(name) ? encode(textOf(facts[name])) : written,
  );
}

/** Inserts the facts of a run into an address. */
export const fillUrl = (url: string, event: RunStarted | RunFinished): string => fill(url, event, encodeURIComponent);

const tailOf = (event: RunStarted | RunFinished) =>
  event.event === 'run.started' ? { status: momentOfRun(event) } : { output_tail: event.outputTail };

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
