import type { TextSpan } from './source.js';

/** A value of the file, from YAML or JSON, with aliases and merge keys resolved. Shared where the file shares it. */
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
  /** A map merged into this one is broken, so it is unknown which keys are missing. */
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

/** The text to mark for an error in the whole value: the value, or its key if the value is empty. */
export const placeOf = ({ key, at }: Slot & { readonly key?: TextSpan }): TextSpan =>
  key !== undefined && at.end <= at.start ? key : at;
