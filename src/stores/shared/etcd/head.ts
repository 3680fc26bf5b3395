import type { Duration, Instant } from '../../../domain/time.js';
import type { Candidate, Fence, LeaseTaking, Written } from '../board.js';

/** The one key that every change of a state compares and replaces, as JSON. */
export interface EtcdHead {
  readonly fence: Fence;
  /** The number of the last write under this fence; −1 without any since the store went back. */
  readonly seq: number;
  /** The last holder. */
  readonly holder: Candidate;
  /** The name of the previous holder. */
  readonly previous?: string | undefined;
  /** When a holder last renewed or wrote, by its own clock: etcd has none to read. */
  readonly seen?: Instant | undefined;
}

/** What a decision depends on. Texts are compared, so that a restored copy of etcd cannot pass for the original. */
export interface EtcdStanding {
  readonly head: EtcdHead;
  readonly text: string | undefined;
  /** The fence that has the lease, as text; `undefined`: nobody has it. */
  readonly lease: string | undefined;
}

const NEVER: EtcdHead = { fence: 0, seq: -1, holder: { id: '', name: '' } };

/** @throws SyntaxError if the text is not from a board. */
export function readStanding(text: string | undefined, lease: string | undefined): EtcdStanding {
  return { head: text === undefined ? NEVER : (JSON.parse(text) as EtcdHead), text, lease };
}

/** The head after `candidate` took the lease. By the clock of its machine, the fence rises over lost writes, too. */
export function raisedHead(
  { fence, holder, seen }: EtcdHead,
  candidate: Candidate,
  known: Fence,
  now: Instant,
): EtcdHead {
  const raised = Math.max(fence + 1, known + 1, now * 1_000);
  return { fence: raised, seq: 0, holder: candidate, previous: holder.id === '' ? undefined : holder.name, seen };
}

/** The head under `fence`, in a store that may have gone back. */
export const restoredHead = (head: EtcdHead, fence: Fence, holder: Candidate): EtcdHead =>
  head.fence === fence ? head : { ...head, fence, seq: -1, holder };

/** Why `candidate` cannot take the lease; `undefined` if it can. */
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
 * `unheld`: how long ago the candidate last saw a holder, if it did. Unlike the time of the holder, that does not depend on
 * how far the clocks of two machines are apart.
 */
export const takenFrom = (
  { fence, previous, seen }: EtcdHead,
  now: Instant,
  unheld: Duration | undefined,
): LeaseTaking => {
  const idle: Duration | undefined = seen === undefined ? undefined : (unheld ?? Math.max(0, now - seen));
  return { kind: 'taken', fence, previous, idle };
};

/** The result of a write that has nothing to do; `undefined` if there is something to write. */
export function whyNotWritten(head: EtcdHead, fence: Fence, seq: number, isWhole: boolean): Written | undefined {
  if (head.fence > fence) return { kind: 'lost' };
  const last = head.fence < fence ? -1 : head.seq;
  if (last >= seq) return { kind: 'done' };
  return isWhole || (head.fence === fence && last === seq - 1) ? undefined : { kind: 'behind', seq: last };
}
