/** How one process ended, as the operating system tells it. */
export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: string }
  /** There never was a process. `code` is what a shell would have answered: 126 not executable, 127 not found. */
  | { readonly kind: 'not_started'; readonly code: 126 | 127; readonly error: string };

/** Why a run was told to end. The first cause wins. */
export type CancelCause =
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'requested' };

/** The one word in log, history and metrics for what became of a run. */
export type RunStatus = 'success' | 'failure' | 'timeout' | 'canceled' | 'lost';

/** The one word for what became of a firing. */
export type FiringStatus = RunStatus | 'skipped' | 'missed';

/** How one attempt ended. A failure is a value, not an exception. */
export interface Outcome {
  readonly status: RunStatus;
  readonly exitCode?: number;
  readonly signal?: string;
  /** A sentence for a person; absent on success. */
  readonly error?: string;
}

/** Puts the words to how a process ended: what it was told to do (`cause`) comes before what it then did. */
export function judge(exit: Exit, cause: CancelCause | undefined, successCodes: readonly number[]): Outcome {
  const facts =
    exit.kind === 'exited' ? { exitCode: exit.code } : exit.kind === 'signaled' ? { signal: exit.signal } : { exitCode: exit.code };
  if (exit.kind === 'not_started') return { status: 'failure', ...facts, error: exit.error };
  switch (cause?.kind) {
    case 'timeout':
      return { status: 'timeout', ...facts, error: `timed out after ${cause.afterMs} ms` };
    case 'replaced':
      return { status: 'canceled', ...facts, error: 'replaced by the next firing' };
    case 'shutdown':
      return { status: 'canceled', ...facts, error: 'the scheduler was stopped' };
    case 'requested':
      return { status: 'canceled', ...facts, error: 'canceled on request' };
    case undefined:
  }
  if (exit.kind === 'signaled') return { status: 'failure', ...facts, error: `ended by signal ${exit.signal}` };
  if (successCodes.includes(exit.code)) return { status: 'success', ...facts };
  return { status: 'failure', ...facts, error: `exit code ${exit.code}` };
}
