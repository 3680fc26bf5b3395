import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import { fillIn, isElsewhere, namesIn, type Variables } from './variables.js';

/** `run`, and `shell` if it is not `/bin/sh`. */
export interface ContainerCommand {
  readonly run: string | readonly string[];
  readonly shell?: string;
}

/** Reads `command` and `args` of a container, with `$(NAME)` replaced. */
export function readCommand(container: Fields, variables: Variables, differences: DifferenceList): ContainerCommand {
  const image = container.text('image') ?? 'its image';
  tellImage(container, image, differences);
  const words = [...container.texts('command'), ...container.texts('args')];
  if (!container.has('command')) tellEntrypoint(container, image, differences);
  if (words.length === 0) return { run: `echo "Write the command of the image ${image} here." >&2; exit 1` };
  const [shell = '', option, script, ...others] = words;
  const isShell = option === '-c' && script !== undefined && others.length === 0 && SHELL.test(shell);
  if (!isShell) return { run: withoutShell(words, variables) };
  const run = fillIn(script, (name) => variables.known.get(name) ?? reference(name, variables));
  return /^(?:\/bin\/)?sh$/.test(shell) ? { run } : { run, shell };
}

/** Returns a shell variable for a value that only the cluster has. */
const reference = (name: string, variables: Variables): string | undefined =>
  // A script may also contain $(command) substitutions of its own.
  isElsewhere(name, variables, /^[A-Z_][A-Z\d_]*$/) ? `\${${name}}` : undefined;

const SHELL = /^(?:\/(?:usr\/)?bin\/)?(?:sh|bash|dash|zsh|ash)$/;

function tellImage(container: Fields, image: string, differences: DifferenceList): void {
  container.ignore('imagePullPolicy');
  const message = `The command runs on this machine, not in the image ${image}.`;
  differences.warning(container.place('image'), message, 'Install what it needs here, or start it with docker run.');
}

function tellEntrypoint(container: Fields, image: string, differences: DifferenceList): void {
  if (!container.has('args')) {
    const message = `The container has no command, so ${image} starts its own, which is not in the file. The timer fails until you add it.`;
    differences.warning(container, message, 'docker image inspect shows the Entrypoint and Cmd of the image.');
    return;
  }
  const message = `The container has args but no command: they follow the entrypoint of ${image}, if it has one.`;
  differences.warning(container.place('args'), message, 'Put the entrypoint before the command in run.');
}

/** Returns the words as a list, or as a text if the shell has to fill in a value that only the cluster has. */
function withoutShell(words: readonly string[], variables: Variables): string | readonly string[] {
  const { known } = variables;
  const needsShell = words.some((word) => namesIn(word).some((name) => isElsewhere(name, variables)));
  if (!needsShell) return words.map((word) => fillIn(word, (name) => known.get(name)));
  return words.map((word) => shellWord(word, variables)).join(' ');
}

/** Marks the names of variables while the rest is quoted; no argument contains this character. */
const MARK = '\0';

function shellWord(word: string, variables: Variables): string {
  const { known } = variables;
  const mark = (name: string) => (isElsewhere(name, variables) ? `${MARK}${name}${MARK}` : undefined);
  const filled = fillIn(word, (name) => known.get(name) ?? mark(name));
  if (/^[\w./:=@%+,-]+$/.test(filled)) return filled;
  const [literal = '', ...pieces] = filled.split(MARK);
  if (pieces.length === 0) return `'${literal.replaceAll("'", `'\\''`)}'`;
  const parts = [literal, ...pieces].map((part, index) =>
    index % 2 === 1 ? `\${${part}}` : part.replace(/[\\"$`]/g, '\\$&'),
  );
  return `"${parts.join('')}"`;
}
