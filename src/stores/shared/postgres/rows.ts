import type { Entry, Fence, LeaseTaking, Written } from '../board.js';

/** A row of `timers_lease`; numbers of 64 bits come as text. */
export interface Standing {
  readonly fence: string;
  readonly seq: string;
  readonly holder: string;
  readonly held: boolean;
}

export interface Taken {
  readonly fence: string;
  readonly previous: string | null;
  readonly idle: number | null;
}

export interface KeyedText {
  readonly key: string;
  readonly content: string;
}

export const mapOfRows = (rows: readonly KeyedText[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ key, content }) => [key, content]));

/** Returns the keys and texts of what changes, and the keys of what is deleted. */
export function listsOf(entries: readonly Entry[]): readonly [string[], string[], string[]] {
  const kept = entries.filter(({ text }) => text !== undefined);
  const deleted = entries.filter(({ text }) => text === undefined);
  return [kept.map(({ key }) => key), kept.map(({ text = '' }) => text), deleted.map(({ key }) => key)];
}

export const takenOf = ({ fence, previous, idle }: Taken): LeaseTaking => ({
  kind: 'taken',
  fence: Number(fence),
  previous: previous ?? undefined,
  idle: idle === null ? undefined : Math.max(0, Math.round(idle)),
});

const NEVER: Standing = { fence: '0', seq: '0', holder: '', held: false };

/**
 * Returns why the lease was not taken. The result is `held` even if the lease lapsed between the two statements: the
 * candidate asks again.
 */
export function standingOf([standing = NEVER]: readonly Standing[], known: Fence, knownSeq: number): LeaseTaking {
  const { holder: name, held } = standing;
  const [fence, seq] = [Number(standing.fence), Number(standing.seq)];
  const lacksWrites = fence < known || (fence === known && seq < knownSeq);
  return lacksWrites && !held ? { kind: 'behind', fence } : { kind: 'held', name, fence, seq };
}

/** Returns why a write was not done, checking in the order of {@link Board.write}. */
export function writtenOf([standing]: readonly Standing[], fence: Fence, seq: number): Written {
  const [known, last] = [Number(standing?.fence ?? 0), Number(standing?.seq ?? -1)];
  if (known > fence) return { kind: 'lost' };
  if (known < fence) return { kind: 'behind', seq: -1 };
  return last >= seq ? { kind: 'done' } : { kind: 'behind', seq: last };
}
