import { unescapeName, unitName, type Unit } from './unit.js';

/** Literal text, or something that only a shell on the machine knows, to be put in double quotes. */
export type Segment = string | { readonly inShell: string };

/** Specifiers that differ between system and user managers: the text there, and the shell equivalent here. */
const PLACES: Readonly<Record<string, readonly [system: string, user: string]>> = {
  h: ['/root', '${HOME}'],
  u: ['root', '$(id -un)'],
  U: ['0', '$(id -u)'],
  g: ['root', '$(id -gn)'],
  G: ['0', '$(id -g)'],
  t: ['/run', '${XDG_RUNTIME_DIR}'],
  S: ['/var/lib', '${XDG_STATE_HOME:-${HOME}/.local/state}'],
  C: ['/var/cache', '${XDG_CACHE_HOME:-${HOME}/.cache}'],
  L: ['/var/log', '${XDG_STATE_HOME:-${HOME}/.local/state}/log'],
  E: ['/etc', '${XDG_CONFIG_HOME:-${HOME}/.config}'],
};

/** Specifiers that only the machine can resolve. */
const OF_MACHINE: Readonly<Record<string, string>> = {
  H: '$(uname -n)',
  q: '$(uname -n)',
  l: '$(hostname -s)',
  m: '$(cat /etc/machine-id)',
  b: '$(tr -d - < /proc/sys/kernel/random/boot_id)',
  v: '$(uname -r)',
  o: '$(. /etc/os-release; echo "$ID")',
  w: '$(. /etc/os-release; echo "$VERSION_ID")',
};

const FIXED: Readonly<Record<string, string>> = { '%': '%', T: '/tmp', V: '/var/tmp', s: '/bin/sh' };

/** Replaces the specifiers of systemd.unit(5), such as `%n` and `%i`. Unknown ones stay as they are. */
export function expandSpecifiers(text: string, unit: Unit): readonly Segment[] {
  const parts = text.split(/(%.)/s).filter((part) => part !== '');
  return joined(
    parts.map((part) => (part.length === 2 && part.startsWith('%') ? meaningOf(part.charAt(1), unit) : part)),
  );
}

function meaningOf(letter: string, unit: Unit): Segment {
  const place = PLACES[letter];
  if (place !== undefined) return unit.isOfUser ? { inShell: place[1] } : place[0];
  const ofMachine = OF_MACHINE[letter];
  if (ofMachine !== undefined) return { inShell: ofMachine };
  return FIXED[letter] ?? partOfName(letter, unit) ?? `%${letter}`;
}

function partOfName(letter: string, { name, path }: Unit): string | undefined {
  const { prefix, instance = '' } = unitName(name);
  const lastPart = prefix.slice(prefix.lastIndexOf('-') + 1);
  const parts: Readonly<Record<string, string>> = {
    n: name,
    N: name.replace(/\.[a-z]+$/, ''),
    p: prefix,
    P: unescapeName(prefix),
    i: instance,
    I: unescapeName(instance),
    j: lastPart,
    J: unescapeName(lastPart),
    f: `/${unescapeName(instance === '' ? prefix : instance)}`,
    y: path,
    Y: path.replace(/\/[^/]*$/, ''),
  };
  return parts[letter];
}

function joined(segments: readonly Segment[]): readonly Segment[] {
  const result: Segment[] = [];
  for (const segment of segments) {
    const last = result.at(-1);
    if (typeof segment === 'string' && typeof last === 'string') result[result.length - 1] = last + segment;
    else result.push(segment);
  }
  return result;
}

/** Returns a text without parts that only a shell knows; `undefined` if it has such a part. */
export function fixedText(segments: readonly Segment[]): string | undefined {
  return segments.every((segment) => typeof segment === 'string') ? segments.join('') : undefined;
}
