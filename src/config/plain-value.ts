import type { Problems } from './diagnostic.js';
import { expand, type Environment } from './expand.js';
import type { ListNode, MapNode, ScalarNode, Slot } from './node.js';
import type { Span } from './source.js';

/** Stands for a value whose mistake is told already. */
export const BROKEN: unique symbol = Symbol('broken');

/** Keys whose values are commands: the shell expands there, and the numbers in a list are words of a command line. */
const COMMANDS: ReadonlySet<string> = new Set(['run', 'on_failure', 'on_success', 'on_recovery']);

/** Makes plain data of the values of one file, with `${VAR}` expanded. */
export class PlainValues {
  readonly #env: Environment;
  readonly #problems: Problems;

  constructor(env: Environment, problems: Problems) {
    this.#env = env;
    this.#problems = problems;
  }

  /** The value of a key, or {@link BROKEN}. Maps have no prototype, so no key means anything but itself. */
  of(key: string, slot: Slot, path: readonly (string | number)[]): unknown {
    const isCommand = COMMANDS.has(key);
    return this.#plain(slot, { expand: !isCommand, asText: false, itemsAsText: isCommand || key === 'env' }, path);
  }

  #plain(slot: Slot, how: Reading, path: readonly (string | number)[]): unknown {
    const { value } = slot;
    switch (value.kind) {
      case 'scalar':
        return this.#scalar(value, slot.at, how, path);
      case 'list':
        return this.#list(value, inside(how), path);
      case 'map':
        return this.#map(value, inside(how), path);
      case 'broken':
        return BROKEN;
    }
  }

  #list(list: ListNode, how: Reading, path: readonly (string | number)[]): unknown {
    const values = list.items.map((item, index) => this.#plain(item, how, [...path, index]));
    return values.includes(BROKEN) ? BROKEN : values;
  }

  #map(map: MapNode, how: Reading, path: readonly (string | number)[]): unknown {
    const values = Object.create(null) as Record<string, unknown>;
    let isBroken = false;
    for (const [key, entry] of map.entries) {
      const value = this.#plain(entry, how, [...path, key]);
      isBroken ||= value === BROKEN;
      values[key] = value;
    }
    return isBroken ? BROKEN : values;
  }

  #scalar(scalar: ScalarNode, at: Span, how: Reading, path: readonly (string | number)[]): unknown {
    const { value } = scalar;
    if (typeof value !== 'string') return how.asText && value !== null ? scalar.text : value;
    if (value.includes('\0')) {
      this.#problems.error({ code: 'nul-character', message: 'No program can be given a NUL character.', at, path });
      return BROKEN;
    }
    if (!how.expand) return value;
    const { text, faults } = expand(value, this.#env);
    for (const fault of faults) this.#problems.error({ ...fault, at: this.#placeOf(fault.text, scalar, at), path });
    return faults.length === 0 ? text : BROKEN;
  }

  /** Where the reference stands in the file, or the whole value if escapes hide it. */
  #placeOf(reference: string, scalar: ScalarNode, at: Span): Span {
    const start = this.#problems.source.text.indexOf(reference, scalar.start);
    return start === -1 || start >= scalar.end ? at : { start, end: start + reference.length };
  }
}

interface Reading {
  readonly expand: boolean;
  /** Numbers and booleans are taken as they are written. */
  readonly asText: boolean;
  readonly itemsAsText: boolean;
}

const inside = (how: Reading): Reading => (how.itemsAsText ? { ...how, asText: true } : how);
