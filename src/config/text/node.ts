import type { TextSpan } from './source.js';

/** A value of the file: YAML's or JSON's, with aliases and merge keys resolved. Shared where the file shares it. */
export type Node = ScalarNode | ListNode | MapNode | BrokenNode;

export interface ScalarNode extends TextSpan {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes; for a text, the text itself. */
  readonly text: string;
}

export interface ListNode extends TextSpan {
  readonly kind: 'list';
  readonly items: readonly Slot[];
}

export interface MapNode extends TextSpan {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
  /** What is merged into it is broken, so nobody knows what it lacks. */
  readonly isPartial?: true;
}

/** Something whose mistake is told already. */
export interface BrokenNode extends TextSpan {
  readonly kind: 'broken';
}

/** A place a value stands at. */
export interface Slot {
  readonly value: Node;
  /** Where the value is used: for an alias, the alias. */
  readonly at: TextSpan;
}

export interface MapEntry extends Slot {
  readonly key: TextSpan;
}

/** The text to mark for a mistake in the whole value: the value, or its key when the value is nothing. */
export const placeOf = ({ key, at }: Slot & { readonly key?: TextSpan }): TextSpan =>
  key !== undefined && at.end <= at.start ? key : at;
