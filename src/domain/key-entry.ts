/** What the reference, editors and `timers help keys` say about one key of the timer file. */
export interface KeyEntry {
  /** What the key does, in one sentence. */
  readonly summary: string;
  readonly required?: true;
  /** The value that applies without the key. */
  readonly default?: string | number | boolean | readonly (string | number)[];
  /** What applies without the key, in one sentence, if no single value describes it. */
  readonly without?: string;
  /** The unit of a number. */
  readonly unit?: string;
  /** The limits that the type does not express. */
  readonly bounds?: string;
  /** A value, as YAML on one line. */
  readonly example: string;
  /** Keys of the same map that the example needs, as YAML. */
  readonly beside?: string;
  /** How the key works with other keys, one sentence each. */
  readonly details?: readonly string[];
  /** The first version with the key; absent for 0.1.0. */
  readonly since?: string;
}

/** A JSON Schema, draft 2020-12, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}
