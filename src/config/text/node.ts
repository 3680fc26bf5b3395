import type { TextSpan } from './source.js';

/**
 * A value of the file, from YAML or JSON, with aliases and merge keys resolved. A value that the file repeats by an
 * alias is a single node.
 */
export type Node = ScalarNode | ListNode | MapNode | BrokenNode;

export interface ScalarNode extends TextSpan {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes; for a string, the string itself. */
  readonly text: string;
}

export interface ListNode extends TextSpan {
  readonly kind: 'list';
  readonly items: readonly Slot[];
}

export interface MapNode extends TextSpan {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
  /** Set if a map that is merged into this one is broken, so that it is unknown which keys are missing. */
  readonly isPartial?: true;
}

/** A value whose error is already reported. */
export interface BrokenNode extends TextSpan {
  readonly kind: 'broken';
}

/** A value, and where the file uses it. */
export interface Slot {
  readonly value: Node;
  /** Where the value is used: for an alias, the alias. */
  readonly at: TextSpan;
}

export interface MapEntry extends Slot {
  readonly key: TextSpan;
}

/** Returns the text to mark for an error in the whole value: the value, or its key if the value is empty. */
export const placeOf = ({ key, at }: Slot & { readonly key?: TextSpan }): TextSpan =>
  key !== undefined && at.end <= at.start ? key : at;
