import type { Command } from './command.js';
import { humanDuration } from './human-duration.js';

/** How one process ended, as the operating system reports it. */
export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  /** `signal` is its name, or `SIG<n>` if it has none. */
  | { readonly kind: 'signaled'; readonly signal: string }
  /** No process started. `code` is what a shell would return: 126 not executable, 127 not found. */
  | { readonly kind: 'not_started'; readonly code: 126 | 127; readonly error: string }
  /** The launcher died before the process ended. */
  | { readonly kind: 'lost'; readonly error: string }
  /** It could not start in time, and will not start. */
  | { readonly kind: 'expired' };

/** Why a run was canceled. The first cause wins. */
export type CancelCause =
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'requested' };

/** The single status word of a run in log, history and metrics. */
export type RunStatus = 'success' | 'failure' | 'timeout' | 'canceled' | 'lost';

/** The single status word of a firing. */
export type FiringStatus = RunStatus | 'skipped' | 'missed';

/** Every {@link RunStatus}. */
export const RUN_STATUSES: readonly RunStatus[] = ['success', 'failure', 'timeout', 'canceled', 'lost'];

/** Every {@link FiringStatus}. */
export const FIRING_STATUSES: readonly FiringStatus[] = [...RUN_STATUSES, 'skipped', 'missed'];

/**
 * Returns whether the duration of a run with this status shows how long its command takes: the run was not canceled or
 * lost.
 */
export const endsByItself = (status: FiringStatus): boolean =>
  status === 'success' || status === 'failure' || status === 'timeout';

/** How one attempt ended. A failure is a value, not an exception. */
export interface Outcome {
  readonly status: RunStatus;
  readonly exitCode?: number;
  readonly signal?: string;
  /** A sentence for a person; absent on success. */
  readonly error?: string;
}

/** Returns the outcome of a run that was canceled while it had no process. */
export const canceled = (cause: CancelCause): Outcome => ({
  status: cause.kind === 'timeout' ? 'timeout' : 'canceled',
  error: reasonOf(cause),
});

/** The outcome of a run whose end is unknown. */
export const LOST = { status: 'lost', error: 'the scheduler died while it was running' } as const satisfies Outcome;

/** The machines involved in the loss of a run; empty without a shared state. */
export interface LostBetween {
  /** The machine that ran it, if known. */
  readonly from?: string | undefined;
  /** The machine that took over. */
  readonly to?: string | undefined;
}

/** Returns the outcome of a run whose scheduler died. `exit` is how its process ended afterwards, if that is known. */
export function lostOutcome(exit: Exit | undefined, { from, to }: LostBetween = {}): Outcome {
  const where = from === undefined ? '' : ` on ${from}`;
  const lost = to === undefined ? LOST.error : `the scheduler${where} died or was cut off while it was running`;
  const heir = to === undefined || to === from ? '' : `; ${to} took over`;
  return { ...LOST, error: `${lost}${endInWords(exit)}${heir}` };
}

function endInWords(exit: Exit | undefined): string {
  if (exit?.kind === 'exited') return `; it then ended with exit code ${exit.code}`;
  return exit?.kind === 'signaled' ? `; then ${exit.signal} ended it` : '';
}

/**
 * Returns the outcome of an attempt. Why it was canceled (`cause`) takes precedence over how its process then ended.
 * After a timeout, an exit code that counts as success is omitted: the command returned it after SIGTERM, too late.
 */
export function judge(exit: Exit, cause: CancelCause | undefined, command: Judged): Outcome {
  if (exit.kind === 'not_started') return { status: 'failure', exitCode: exit.code, error: exit.error };
  if (exit.kind === 'lost') return cause ? canceled(cause) : { status: 'lost', error: exit.error };
  if (exit.kind === 'expired') return { status: 'canceled', error: 'it could not start in time' };
  return judgeEnd(exit, cause, command);
}

type Judged = Pick<Command, 'successCodes' | 'cwd'>;

function judgeEnd(
  exit: Extract<Exit, { kind: 'exited' | 'signaled' }>,
  cause: CancelCause | undefined,
  { successCodes, cwd }: Judged,
): Outcome {
  const facts = exit.kind === 'exited' ? { exitCode: exit.code } : { signal: exit.signal };
  if (cause?.kind === 'timeout' && looksDone(exit, successCodes)) return canceled(cause);
  if (cause !== undefined) return { ...canceled(cause), ...facts };
  if (exit.kind === 'signaled') return { status: 'failure', ...facts, error: `ended by signal ${exit.signal}` };
  if (successCodes.includes(exit.code)) return { status: 'success', ...facts };
  return { status: 'failure', ...facts, error: codeInWords(exit.code, cwd) };
}

/** Describes an exit code. If a command was not found, the shell has said so, but not in which folder it ran. */
function codeInWords(code: number, cwd: string): string {
  if (code !== NOT_FOUND && code !== NOT_EXECUTABLE) return `exit code ${code}`;
  const why = code === NOT_FOUND ? 'a command was not found' : 'a command is not executable';
  return `exit code ${code}: ${why}; the working directory is ${cwd}`;
}

/** The exit code of a shell that did not find the command, by POSIX. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

const looksDone = (exit: Exit, successCodes: readonly number[]): boolean =>
  exit.kind === 'exited' && (exit.code === 0 || successCodes.includes(exit.code));

function reasonOf(cause: CancelCause): string {
  switch (cause.kind) {
    case 'timeout':
      return `timed out after ${humanDuration(cause.afterMs)}`;
    case 'replaced':
      return 'replaced by the next firing';
    case 'shutdown':
      return 'the scheduler was stopped';
    case 'requested':
      return 'canceled on request';
  }
}
