import type { FiringMissed } from '../domain/events/index.js';
import type { FallbackResult } from '../domain/fallback.js';
import type { Trigger } from '../domain/firing.js';
import type { Ending } from '../domain/ledger.js';
import { RUN_STATUSES, type RunStatus } from '../domain/outcome.js';
import { END_OF_TIME } from '../domain/time.js';

/** Why a request with outcomes is rejected, for its sender. */
export class MalformedError extends Error {
  /** Whether the message begins with the number of the faulty line. */
  get isOfLine(): boolean {
    return this.message.startsWith('line ');
  }
}

/** The longest name that is accepted, in characters. Senders cut their texts below this. */
const LONGEST_NAME = 300;
const LONGEST_TEXT = 64 * 1024;

const TRIGGERS: readonly Trigger[] = ['schedule', 'catch_up', 'manual', 'start'];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/**
 * Reads a log record that reports an outcome: the inverse of `toRecord`. Unknown keys are ignored, because the sender
 * may be newer.
 * @throws MalformedError with the line and the key.
 */
export function readOutcome(
  text: string,
  { line, number }: { readonly line: number; readonly number: number },
): Ending {
  const record = new RecordReader(text, line);
  const written = record.optionalInteger('number');
  if (written !== undefined && written !== number) record.refuse('number', String(number));
  const at = record.instant('timestamp');
  const firing = {
    jobName: record.text('task_name', { fits: NAME, longest: LONGEST_NAME }),
    scheduledFor: record.instant('scheduled_at'),
    trigger: record.word('trigger', TRIGGERS),
    generation: record.generation(),
  };
  const event = record.word('event', ['run.finished', 'firing.skipped', 'firing.missed'] as const);
  if (event === 'run.finished') return { event, at, firing, ...finishedOf(record) };
  const runId = record.optional('run_id', () => record.id('run_id'));
  const ofRun = runId === undefined ? {} : { runId };
  const reason = record.text('reason', { longest: LONGEST_NAME });
  if (event === 'firing.skipped') return { event, at, firing, reason, ...ofRun, ...fallbackOf(record) };
  const count = record.optionalInteger('count');
  const first = record.optional('first_scheduled_at', () => record.instant('first_scheduled_at'));
  return {
    event,
    at,
    firing,
    reason: reason as FiringMissed['reason'],
    ...ofRun,
    ...(count !== undefined && { count }),
    ...(first !== undefined && { firstScheduledFor: first }),
  };
}

function finishedOf(record: RecordReader) {
  const exitCode = record.optionalInteger('exit_code');
  const signal = record.optional('signal', () => record.text('signal', { longest: LONGEST_NAME }));
  const error = record.optional('error', () => record.text('error', { longest: LONGEST_TEXT }));
  const outputTail = record.optional('output_tail', () => record.text('output_tail', { longest: LONGEST_TEXT }));
  const cpuMs = record.optional('cpu_ms', () => record.amount('cpu_ms'));
  const maxRssBytes = record.optionalInteger('max_rss_bytes');
  return {
    runId: record.id('run_id'),
    outcome: {
      status: record.word<RunStatus>('status', RUN_STATUSES),
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && { signal }),
      ...(error !== undefined && { error }),
    },
    durationMs: record.optional('duration_ms', () => record.amount('duration_ms')) ?? 0,
    attempts: record.optionalInteger('attempts') ?? 0,
    latenessMs: record.optional('lateness_ms', () => record.amount('lateness_ms')) ?? 0,
    // Records do not contain this field.
    failuresInARow: 0,
    ...fallbackOf(record),
    ...(cpuMs !== undefined && maxRssBytes !== undefined && { cpuMs, maxRssBytes }),
    ...(outputTail !== undefined && { outputTail }),
    ...nodeOf(record),
  };
}

function nodeOf(record: RecordReader): { readonly node?: string } {
  const node = record.optional('node', () => record.text('node', { longest: LONGEST_NAME }));
  return node === undefined ? {} : { node };
}

function fallbackOf(record: RecordReader): { readonly fallback?: FallbackResult } {
  const status = record.optional('fallback_status', () => record.word('fallback_status', RUN_STATUSES));
  if (status === undefined) return {};
  const error = record.optional('fallback_error', () => record.text('fallback_error', { longest: LONGEST_TEXT }));
  const durationMs = record.optional('fallback_duration_ms', () => record.amount('fallback_duration_ms'));
  const tail = record.optional('fallback_output_tail', () =>
    record.text('fallback_output_tail', { longest: LONGEST_TEXT }),
  );
  const outcome = { status, ...(error !== undefined && { error }) };
  const facts = { ...(durationMs !== undefined && { durationMs }), ...(tail !== undefined && { outputTail: tail }) };
  return { fallback: { outcome, ...facts } };
}

/** Reads the values of one line. */
class RecordReader {
  readonly #line: number;
  readonly #record: Readonly<Record<string, unknown>>;

  constructor(text: string, line: number) {
    this.#line = line;
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch {
      throw new MalformedError(`line ${line} is not JSON`);
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new MalformedError(`line ${line} is not a JSON object`);
    this.#record = record as Readonly<Record<string, unknown>>;
  }

  refuse(key: string, right: string): never {
    throw new MalformedError(`line ${this.#line}: "${key}" takes ${right}`);
  }

  /** `undefined` if the key is missing or null. */
  optional<Value>(key: string, read: () => Value): Value | undefined {
    return this.#own(key) == null ? undefined : read();
  }

  text(key: string, { fits, longest }: { readonly fits?: RegExp; readonly longest: number }): string {
    const value = this.#own(key);
    if (typeof value !== 'string' || value.length > longest)
      this.refuse(key, `a string of up to ${longest} characters`);
    if (fits?.test(value) === false) this.refuse(key, `a string that matches ${fits.source}`);
    return value;
  }

  id = (key: string): string => this.text(key, { fits: ID, longest: LONGEST_NAME });

  word<Word extends string>(key: string, words: readonly Word[]): Word {
    const word = words.find((one) => one === this.#own(key));
    return word ?? this.refuse(key, words.join(', '));
  }

  /** Reads a number that is not negative. */
  amount(key: string): number {
    const value = this.#own(key);
    if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
      this.refuse(key, 'a number of at least 0');
    return Math.min(value, 1e14);
  }

  optionalInteger(key: string): number | undefined {
    return this.optional(key, () => {
      const value = this.amount(key);
      return Number.isInteger(value) ? value : this.refuse(key, 'a whole number of at least 0');
    });
  }

  instant(key: string): number {
    const value = this.#own(key);
    const instant = typeof value === 'string' && TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN;
    return Math.abs(instant) <= END_OF_TIME / 2
      ? instant
      : this.refuse(key, 'a UTC timestamp, such as 2026-11-23T02:00:00.000Z');
  }

  /** Reads the generation from the suffix of `firing_id`. */
  generation(): number {
    const id = this.text('firing_id', { longest: 2 * LONGEST_NAME });
    const [, generation = '0'] = /Z~(\d{1,15})$/.exec(id) ?? [];
    return Number(generation);
  }

  /** Returns a value of the record itself: inherited names such as `constructor` are not keys. */
  #own(key: string): unknown {
    return Object.hasOwn(this.#record, key) ? this.#record[key] : undefined;
  }
}
