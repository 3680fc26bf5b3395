import type { TailLine } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import type { Usage } from '../../domain/usage.js';

/**
 * The messages between scheduler and workers. Anyone who can write to the store can forge them, so everything that is
 * read has limits, and nothing that is read is a command.
 */

/** The variables that an order contains. Their values are printable, without spaces. */
const VARIABLES: ReadonlySet<string> = new Set([
  'TIMERS_TASK_NAME',
  'TIMERS_RUN_ID',
  'TIMERS_FIRING_ID',
  'TIMERS_SCHEDULED_AT',
  'TIMERS_ATTEMPT',
  'TIMERS_TRIGGER',
  'TIMERS_PREVIOUS_SCHEDULED_AT',
  'TIMERS_LAST_SUCCESS_AT',
  'TIMERS_FENCE',
  'TRACEPARENT',
]);
const VALUE = /^[\x21-\x7e]{0,300}$/;

const MOST_TAIL_LINES = 20;
const LONGEST_TAIL_LINE = 1_025;
const LONGEST_SENTENCE = 1_000;
const LONGEST_NAME = 255;

/** An attempt for a worker: the timer's name, the hash of its definition, and variables. */
export interface WorkOrder {
  readonly hash: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The process of an attempt, on the machine of a worker. */
export interface WorkStart {
  readonly node: string;
  readonly pid: number;
  /** Epoch milliseconds, by the worker's clock. */
  readonly startedAt: number;
}

/** How an attempt ended on a worker. */
export interface WorkResult {
  readonly exit: Exit;
  readonly node: string;
  /** Absent if no process started. */
  readonly start?: WorkStart;
  readonly tail: readonly TailLine[];
  readonly usage?: Usage;
}

/** Returns the id of an attempt, the same for every scheduler that asks for it. */
export const workIdOf = (runId: string, attempt: number | string): string => `${runId}.${attempt}`;

/** Returns the variables of an attempt that its order contains. */
export const travelling = (env: Readonly<Record<string, string | undefined>>): WorkOrder['env'] =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => VARIABLES.has(entry[0]) && entry[1] !== undefined),
  );

/** Reads JSON; `undefined` if it is not valid. */
export function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads an order; `undefined` if it is not valid for this name and id. */
export function readOrder(name: string, id: string, data: unknown): WorkOrder | undefined {
  const { hash, env } = Object(data) as Partial<WorkOrder>;
  if (typeof hash !== 'string' || !VALUE.test(hash)) return undefined;
  const read = readVariables(env);
  return read !== undefined && isOf(name, id, read) ? { hash, env: read } : undefined;
}

function readVariables(env: unknown): WorkOrder['env'] | undefined {
  const entries = Object.entries(Object(env) as Record<string, unknown>);
  const isValid = ([key, value]: [string, unknown]) =>
    VARIABLES.has(key) && typeof value === 'string' && VALUE.test(value);
  if (entries.length > VARIABLES.size || !entries.every(isValid)) return undefined;
  return Object.fromEntries(entries) as WorkOrder['env'];
}

/** Returns whether the variables are those of this attempt. */
function isOf(name: string, id: string, env: WorkOrder['env']): boolean {
  const { TIMERS_TASK_NAME: task, TIMERS_RUN_ID: runId = '', TIMERS_ATTEMPT: attempt = '' } = env;
  const { TIMERS_SCHEDULED_AT: at = '' } = env;
  const isAttempt = task === name && id === workIdOf(runId, attempt) && /^[1-9]\d{0,8}$/.test(attempt);
  return isAttempt && !Number.isNaN(Date.parse(at));
}

/** Reads where a process started; `undefined` if the value is not valid. */
export function readStart(value: unknown): WorkStart | undefined {
  const { node, pid, startedAt } = Object(value) as Partial<WorkStart>;
  if (typeof node !== 'string' || !isId(pid) || !isTime(startedAt)) return undefined;
  return { node: node.slice(0, LONGEST_NAME), pid, startedAt };
}

/** Reads a result; `undefined` if it is not valid. */
export function readResult(value: unknown): WorkResult | undefined {
  const { exit: told, node, start: began, tail, usage } = Object(value) as Partial<WorkResult>;
  const exit = readExit(told);
  if (exit === undefined || typeof node !== 'string') return undefined;
  const start = readStart(began);
  const measured = readUsage(usage);
  return {
    exit,
    node: node.slice(0, LONGEST_NAME),
    tail: Array.isArray(tail) ? tail.slice(-MOST_TAIL_LINES).flatMap(readLine) : [],
    ...(start && { start }),
    ...(measured && { usage: measured }),
  };
}

function readExit(value: unknown): Exit | undefined {
  const { kind, code, signal, error } = Object(value) as Record<string, unknown>;
  switch (kind) {
    case 'exited':
      return isCode(code) ? { kind, code } : undefined;
    case 'signaled':
      return typeof signal === 'string' && /^SIG[A-Z0-9+-]{1,20}$/.test(signal) ? { kind, signal } : undefined;
    case 'not_started':
      return typeof error === 'string' ? { kind, code: code === 127 ? 127 : 126, error: sentence(error) } : undefined;
    case 'lost':
      return typeof error === 'string' ? { kind, error: sentence(error) } : undefined;
    default:
      return undefined;
  }
}

function readLine(value: unknown): readonly TailLine[] {
  const { stream, text } = Object(value) as Partial<TailLine>;
  if ((stream !== 'stdout' && stream !== 'stderr') || typeof text !== 'string') return [];
  return [{ stream, text: text.slice(0, LONGEST_TAIL_LINE) }];
}

function readUsage(value: unknown): Usage | undefined {
  const { cpuMs, maxRssBytes } = Object(value) as Partial<Usage>;
  return isTime(cpuMs) && isTime(maxRssBytes) ? { cpuMs, maxRssBytes } : undefined;
}

const sentence = (text: string): string => text.slice(0, LONGEST_SENTENCE);
const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
const isTime = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
const isCode = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256;
