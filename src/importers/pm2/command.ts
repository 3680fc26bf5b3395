import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import { splitWords } from '../words.js';

/** What pm2 runs. */
export interface AppCommand {
  /** The name of the app, by default that of its script. */
  readonly name: string;
  readonly script: string;
  /** Absent, with an error, for an app without a script. */
  readonly run?: readonly string[];
}

/** pm2 chooses an interpreter by the extension of the script. */
const INTERPRETERS: ReadonlyMap<string, string> = new Map([
  ['sh', 'bash'],
  ['py', 'python3'],
  ['rb', 'ruby'],
  ['php', 'php'],
  ['pl', 'perl'],
  ['js', 'node'],
  ['cjs', 'node'],
  ['mjs', 'node'],
  ['coffee', 'coffee'],
  ['ts', 'bun'],
  ['tsx', 'bun'],
]);

/** Reads `script`, `args` and the interpreter of an app. */
export function appCommand(app: Fields, differences: DifferenceList): AppCommand {
  const script = app.text('script') ?? app.text('exec') ?? '';
  const name = app.text('name') ?? (/([^/]+?)(?:\.\w+)?$/.exec(script)?.[1] || 'app');
  if (script === '') {
    differences.error(app, `${name} is left out: it has no script.`);
    return { name, script };
  }
  const args = wordsOf(app, ['args']);
  // pm2 runs a script that contains spaces in bash.
  if (script.includes(' ')) return { name, script, run: ['bash', '-c', [script, ...args].join(' ')] };
  return { name, script, run: [...interpreterOf(app, script, differences), script, ...args] };
}

function interpreterOf(app: Fields, script: string, differences: DifferenceList): readonly string[] {
  const named = app.text('exec_interpreter') ?? app.text('interpreter');
  const options = wordsOf(app, ['node_args', 'interpreter_args', 'interpreterArgs']);
  const known = INTERPRETERS.get(/\.(\w+)$/.exec(script)?.[1] ?? '');
  if (named !== undefined) return named === 'none' ? [] : [named, ...options];
  if (known !== undefined) return [known, ...options];
  if (script.includes('/')) {
    const message = 'pm2 runs a script of an unknown kind in node, unless it is a binary. Here it runs directly.';
    differences.warning(app.place('script'), message, 'Write node before it in run, if it is JavaScript.');
  }
  return [];
}

/** Returns the words of a list, or of a text that is split at spaces. */
const wordsOf = (app: Fields, keys: readonly string[]): readonly string[] =>
  keys.flatMap((key) => {
    const text = app.text(key);
    return text === undefined ? app.texts(key) : splitWords(text);
  });
