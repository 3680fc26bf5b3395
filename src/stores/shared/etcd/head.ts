import type { Duration, Instant } from '../../../domain/time.js';
import type { Candidate, Fence, LeaseTaking, Written } from '../board.js';

/** The one key that every change of a state compares and replaces, as JSON. */
export interface EtcdHead {
  readonly fence: Fence;
  /** The number of the last write under this fence; −1 if there was none since the store went back. */
  readonly seq: number;
  /** The last holder. */
  readonly holder: Candidate;
  /** The name of the previous holder. */
  readonly previous?: string | undefined;
  /** When a holder last renewed or wrote, by its own clock, because etcd has no clock to read. */
  readonly seen?: Instant | undefined;
}

/** What a decision depends on. Texts are compared, so that a restored copy of etcd cannot pass for the original. */
export interface EtcdStanding {
  readonly head: EtcdHead;
  readonly text: string | undefined;
  /** The fence that has the lease, as text; `undefined` if nobody has it. */
  readonly lease: string | undefined;
}

const NEVER: EtcdHead = { fence: 0, seq: -1, holder: { id: '', name: '' } };

/** Reads the texts of the head and the lease. @throws SyntaxError if the head is not from a board. */
export function readStanding(text: string | undefined, lease: string | undefined): EtcdStanding {
  return { head: text === undefined ? NEVER : (JSON.parse(text) as EtcdHead), text, lease };
}

/**
 * Returns the head after `candidate` took the lease. The fence is at least the clock of its machine in µs, so that it
 * rises even if writes were lost.
 */
export function raisedHead(
  { fence, holder, seen }: EtcdHead,
  candidate: Candidate,
  known: Fence,
  now: Instant,
): EtcdHead {
  const raised = Math.max(fence + 1, known + 1, now * 1_000);
  return { fence: raised, seq: 0, holder: candidate, previous: holder.id === '' ? undefined : holder.name, seen };
}

/** Returns the head under `fence`, in a store that may have gone back. */
export const restoredHead = (head: EtcdHead, fence: Fence, holder: Candidate): EtcdHead =>
  head.fence === fence ? head : { ...head, fence, seq: -1, holder };

/** Returns why `candidate` cannot take the lease; `undefined` if it can. */
export function whyNotTaken(
  { head, lease }: EtcdStanding,
  { id }: Candidate,
  known: Fence,
  knownSeq: number,
): LeaseTaking | undefined {
  const { fence, holder, seq } = head;
  if (lease !== undefined) return holder.id === id ? undefined : { kind: 'held', name: holder.name, fence, seq };
  return fence < known || (fence === known && seq < knownSeq) ? { kind: 'behind', fence } : undefined;
}

/**
 * Returns the result for a candidate that took the lease. `unheld` is how long ago it last saw a holder, if it did.
 * Unlike the time of the holder, that does not depend on how far the clocks of two machines are apart.
 */
export const takenFrom = (
  { fence, previous, seen }: EtcdHead,
  now: Instant,
  unheld: Duration | undefined,
): LeaseTaking => {
  const idle: Duration | undefined = seen === undefined ? undefined : (unheld ?? Math.max(0, now - seen));
  return { kind: 'taken', fence, previous, idle };
};

/** Returns the result of a write if there is nothing to write; `undefined` otherwise. */
export function whyNotWritten(head: EtcdHead, fence: Fence, seq: number, isWhole: boolean): Written | undefined {
  if (head.fence > fence) return { kind: 'lost' };
  const last = head.fence < fence ? -1 : head.seq;
  if (last >= seq) return { kind: 'done' };
  return isWhole || (head.fence === fence && last === seq - 1) ? undefined : { kind: 'behind', seq: last };
}
