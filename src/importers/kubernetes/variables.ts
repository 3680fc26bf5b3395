import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import type { ConfigMaps } from './manifests.js';

/** The environment of a container. */
export interface Variables {
  /** Variables with a value in the files. */
  readonly known: ReadonlyMap<string, string>;
  /** Variables whose value only the cluster has. */
  readonly unknown: ReadonlySet<string>;
  /** Whether there may be more variables: `envFrom` names a source that is not in the files. */
  readonly hasMore: boolean;
}

/** Reads `envFrom` and `env`, in this order: if a name occurs twice, the later one counts. */
export function readVariables(container: Fields, configMaps: ConfigMaps, differences: DifferenceList): Variables {
  const known = new Map<string, string>();
  const unknown = new Set<string>();
  const found = container.maps('envFrom').map((source) => readSource(source, { known, configMaps, differences }));
  const variables = { known, unknown, hasMore: found.includes(false) };
  for (const variable of container.maps('env')) {
    const name = variable.text('name') ?? '';
    const value = variable.has('valueFrom')
      ? readReference(variable, { name, configMaps, differences })
      : readValue(variable, { name, variables, differences });
    if (value === undefined) unknown.add(name);
    else known.set(name, value);
    if (value !== undefined) unknown.delete(name);
    else known.delete(name);
  }
  return variables;
}

/**
 * Replaces `$(NAME)` as Kubernetes does before it starts a container: a name without a value stays as it is, so shells
 * see their own `$(command)`. `$$` becomes `$`.
 */
export const fillIn = (text: string, valueOf: (name: string) => string | undefined): string =>
  text.replace(/\$\$|\$\(([^)]*)\)/g, (written: string, name: string | undefined) =>
    name === undefined ? '$' : (valueOf(name) ?? written),
  );

/** Returns the names in the `$(NAME)` of a text. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\$\$|\$\(([^)]*)\)/g)].flatMap(([, name]) => name ?? []);

/**
 * Whether only the cluster has the value of a variable. `form` matches the names that may be variables, if the cluster
 * may have more.
 */
export const isElsewhere = (name: string, { known, unknown, hasMore }: Variables, form = /^[A-Za-z_]\w*$/): boolean =>
  unknown.has(name) || (hasMore && !known.has(name) && form.test(name));

interface Found {
  readonly configMaps: ConfigMaps;
  readonly differences: DifferenceList;
}

/** Reads a source of `envFrom`. Returns whether all of its variables are in the files. */
function readSource(
  source: Fields,
  { known, configMaps, differences }: Found & { known: Map<string, string> },
): boolean {
  let isWhole = true;
  const prefix = source.text('prefix') ?? '';
  for (const [key, kind] of SOURCES) {
    if (!source.has(key)) continue;
    const name = source.map(key).text('name') ?? '';
    source.map(key).ignore('optional');
    const data = kind === 'ConfigMap' ? configMaps.get(name) : undefined;
    if (data !== undefined) for (const [variable, value] of data) known.set(`${prefix}${variable}`, value);
    else {
      isWhole = false;
      differences.warning(source.place(key), `The variables of the ${kind} ${name} are not in the file.`, FROM_FILE);
    }
  }
  return isWhole;
}

const SOURCES = [
  ['configMapRef', 'ConfigMap'],
  ['secretRef', 'Secret'],
] as const;

const FROM_FILE = 'Write them to a file of NAME=value lines, and set env_file to its path.';

interface Written {
  readonly name: string;
  readonly variables: Variables;
  readonly differences: DifferenceList;
}

/** Returns a value with each `$(NAME)` filled in; `undefined` if only the cluster can fill one in. */
function readValue(variable: Fields, { name, variables, differences }: Written): string | undefined {
  const text = variable.text('value') ?? '';
  const missing = namesIn(text).find((other) => isElsewhere(other, variables));
  if (missing === undefined) return fillIn(text, (other) => variables.known.get(other));
  differences.warning(
    variable.place('value'),
    `${name} contains $(${missing}), whose value is not in the file.`,
    setIt(name),
  );
  return undefined;
}

const setIt = (name: string): string =>
  `Set ${name} in env, in a file that env_file names, or in the environment of timers.`;

function readReference(
  variable: Fields,
  { name, configMaps, differences }: Found & { name: string },
): string | undefined {
  const from = variable.map('valueFrom');
  const place = variable.place('valueFrom');
  if (from.has('configMapKeyRef')) {
    const reference = from.map('configMapKeyRef');
    reference.ignore('optional');
    const data = configMaps.get(reference.text('name') ?? '');
    const value = data?.get(reference.text('key') ?? '');
    if (value !== undefined) return value;
  }
  const [kind = 'valueFrom'] = from.keys;
  const reference = from.map(kind);
  const origin = ORIGINS.get(kind)?.(reference) ?? kind;
  reference.ignoreAll();
  differences.warning(place, `${name} comes from ${origin}, which is not in the file.`, setIt(name));
  return undefined;
}

type Origin = (reference: Fields) => string;

const ORIGINS: ReadonlyMap<string, Origin> = new Map<string, Origin>([
  ['secretKeyRef', (one) => `the key ${one.text('key') ?? ''} of the Secret ${one.text('name') ?? ''}`],
  ['configMapKeyRef', (one) => `the key ${one.text('key') ?? ''} of the ConfigMap ${one.text('name') ?? ''}`],
  ['fieldRef', (one) => `the field ${one.text('fieldPath') ?? ''} of the pod`],
  ['resourceFieldRef', (one) => `the resource ${one.text('resource') ?? ''} of the container`],
]);
