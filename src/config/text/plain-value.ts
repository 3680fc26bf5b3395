import type { Path, Problems } from './diagnostic.js';
import { expand, type Environment, type ExpandFault } from './expand.js';
import type { ListNode, MapNode, ScalarNode, Slot } from './node.js';
import { clip } from './quote.js';
import type { TextSpan } from './source.js';

const NUL = "A value can't contain a NUL character.";

/** Represents a value whose error has been reported. */
export const BROKEN: unique symbol = Symbol('broken');

/** Keys whose values are commands: the shell expands them, and the numbers in a list are words of a command line. */
const COMMANDS: ReadonlySet<string> = new Set(['run', 'fallback', 'on_failure', 'on_success', 'on_recovery']);

/** Converts the values of one file to plain data, with `${VAR}` expanded. */
export class PlainValues {
  readonly #env: Environment;
  readonly #problems: Problems;

  constructor(env: Environment, problems: Problems) {
    this.#env = env;
    this.#problems = problems;
  }

  /**
   * Returns the value of a key, or {@link BROKEN}. Maps have no prototype, so a key such as `constructor` is not
   * special.
   */
  of(key: string, slot: Slot, path: Path): unknown {
    const how = { expand: true, asText: false, itemsAsText: key === 'env' };
    return this.#plain(slot, COMMANDS.has(key) ? AS_COMMAND : how, path);
  }

  #plain(slot: Slot, how: Reading, path: Path): unknown {
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

  #list(list: ListNode, how: Reading, path: Path): unknown {
    const values = list.items.map((item, index) => this.#plain(item, how, [...path, index]));
    return values.includes(BROKEN) ? BROKEN : values;
  }

  #map(map: MapNode, how: Reading, path: Path): unknown {
    const values = Object.create(null) as Record<string, unknown>;
    let isBroken = false;
    for (const [key, entry] of map.entries) {
      const value = this.#plain(entry, isCommandIn(key, how) ? AS_COMMAND : how, [...path, key]);
      isBroken ||= value === BROKEN;
      values[key] = value;
    }
    return isBroken ? BROKEN : values;
  }

  #scalar(scalar: ScalarNode, at: TextSpan, how: Reading, path: Path): unknown {
    const { value } = scalar;
    if (typeof value !== 'string') return how.asText && value !== null ? scalar.text : this.#number(scalar, at, path);
    if (value.includes('\0')) {
      this.#problems.error({ code: 'nul-character', message: NUL, hint: 'Remove it.', at, path });
      return BROKEN;
    }
    if (/^[“”„‘’]/.test(value)) {
      const message = `${value.charAt(0)} is not a quote in YAML: it is part of the string.`;
      this.#problems.warn({ code: 'typographic-quotes', message, hint: 'Write " or \'.', at, path });
    }
    if (!how.expand) return value;
    const { text, faults, values } = expand(value, this.#env);
    this.#problems.hide(at, values);
    this.#tellFaults(faults.slice(0, MOST_FAULTS), { scalar, at }, path);
    return faults.length === 0 ? text : BROKEN;
  }

  /**
   * Returns a value that is not a string, and warns about a leading zero. It meant octal in YAML 1.1, and many people
   * still expect that.
   */
  #number({ value, text }: ScalarNode, at: TextSpan, path: Path): unknown {
    if (typeof value === 'number' && /^[-+]?0\d/.test(text)) {
      const message = `${clip(text)} is read as ${value}: in YAML 1.2 a leading zero has no meaning.`;
      this.#problems.warn({ code: 'leading-zero', message, hint: `Write ${value}.`, at, path });
    }
    return value;
  }

  /** Reports each reference at its position in the file, or at the whole value if escapes hide it. */
  #tellFaults(faults: readonly ExpandFault[], { scalar, at }: { scalar: ScalarNode; at: TextSpan }, path: Path): void {
    let from = scalar.start;
    for (const { text, ...words } of faults) {
      const start = this.#problems.source.text.indexOf(text, from);
      const isFound = start !== -1 && start < scalar.end;
      this.#problems.error({ ...words, at: isFound ? { start, end: start + text.length } : at, path });
      if (isFound) from = start + 1;
    }
  }
}

/** At most this many references of one text are reported. */
const MOST_FAULTS = 20;

interface Reading {
  readonly expand: boolean;
  /** Whether a value is used as written, as a text. */
  readonly asText: boolean;
  readonly itemsAsText: boolean;
}

const AS_COMMAND: Reading = { expand: false, asText: false, itemsAsText: true };

/** Whether the value of a key in a map is a command, as in `notify: {run: …}`. In `env`, key names have no meaning. */
const isCommandIn = (key: string, how: Reading): boolean => key === 'run' && !how.asText;

const inside = (how: Reading): Reading => (how.itemsAsText ? { ...how, asText: true } : how);
