import { finish } from '../../turns/steps.js';
import { buildTree } from './build-tree.js';
import { Problems } from './diagnostic.js';
import type { Node } from './node.js';
import { parseYaml } from './parse-yaml.js';
import { Source } from './source.js';

/** A value in a YAML or JSON file of another program. */
export type ForeignValue = ForeignScalar | ForeignList | ForeignMap;

/** The place of a value or a key. */
interface ForeignPlace {
  /** The path, as the user wrote it. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
}

export interface ForeignScalar extends ForeignPlace {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly text: string;
}

export interface ForeignList extends ForeignPlace {
  readonly kind: 'list';
  readonly items: readonly ForeignValue[];
}

export interface ForeignMap extends ForeignPlace {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, ForeignEntry>;
}

/** A value in a map. The place is that of its key. */
export interface ForeignEntry extends ForeignPlace {
  readonly value: ForeignValue;
}

/** A YAML error in a file. */
export interface ForeignFault extends ForeignPlace {
  readonly message: string;
}

export interface ForeignDocuments {
  /** The documents without a fault; aliases and merge keys are resolved, and empty documents are omitted. */
  readonly documents: readonly ForeignValue[];
  readonly faults: readonly ForeignFault[];
}

/** Reads the documents of a file of another program, as YAML 1.2. JSON is YAML. Never throws; ignores tags. */
export function readDocuments({
  path: file,
  text,
}: {
  readonly path: string;
  readonly text: string;
}): ForeignDocuments {
  const source = new Source(text);
  const problems = new Problems(source);
  const parsed = finish(parseYaml(text));
  const sound = parsed.documents.filter(({ errors }) => errors.length === 0);
  const converter = new Converter(source, file);
  const documents = sound.map((document) => converter.convert(finish(buildTree(document, problems, [])).value));
  const faults = parsed.faults
    .filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')
    .map(({ message, start }) => ({ message: sentence(message), file, line: source.position(start).line }));
  return {
    documents: documents.filter((document) => document.kind !== 'scalar' || document.value !== null),
    faults: [...faults, ...problems.list().map(({ message, line }) => ({ message, file, line }))],
  };
}

/**
 * Returns the first line of a library's message as a sentence: the message has no period, and continues with an
 * excerpt.
 */
const sentence = (message: string): string => {
  const [first = ''] = message.split('\n');
  return first === '' ? 'This is not YAML.' : `${first.replace(/( at line \d+, column \d+)?[.:]?$/, '')}.`;
};

class Converter {
  readonly #source: Source;
  readonly #file: string;
  /** A value that aliases repeat is converted once. */
  readonly #known = new Map<Node, ForeignValue>();

  constructor(source: Source, file: string) {
    this.#source = source;
    this.#file = file;
  }

  convert(node: Node): ForeignValue {
    const known = this.#known.get(node) ?? this.#converted(node);
    this.#known.set(node, known);
    return known;
  }

  #converted(node: Node): ForeignValue {
    const place = this.#placeOf(node.start);
    switch (node.kind) {
      case 'list':
        return { kind: 'list', items: node.items.map(({ value }) => this.convert(value)), ...place };
      case 'map':
        return { kind: 'map', entries: new Map([...node.entries].map((entry) => this.#entry(entry))), ...place };
      case 'scalar':
        return { kind: 'scalar', value: node.value, text: node.text, ...place };
      case 'broken':
        return { kind: 'scalar', value: null, text: '', ...place };
    }
  }

  #entry([key, { value, key: at }]: [string, { readonly value: Node; readonly key: { start: number } }]): [
    string,
    ForeignEntry,
  ] {
    return [key, { value: this.convert(value), ...this.#placeOf(at.start) }];
  }

  #placeOf(offset: number): ForeignPlace {
    return { file: this.#file, line: this.#source.position(offset).line };
  }
}
