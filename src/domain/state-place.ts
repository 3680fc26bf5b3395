/** Where history and cursors live. */
export type StatePlace =
  { readonly kind: 'default' } | { readonly kind: 'memory' } | { readonly kind: 'file'; readonly path: string };

const MEMORY: ReadonlySet<string> = new Set(['false', 'memory', ':memory:']);
/** Words that people may write for memory or the default. As a path, each would create a file of that name. */
export const NO_PATH: ReadonlySet<string> = new Set(['', 'none', 'no', 'off', 'null', '~', 'true', 'yes', 'on']);

/** Whether a state, in the file or on the command line, is memory. To use a file of that name, write `./memory`. */
export const isMemory = (written: string): boolean => MEMORY.has(written.toLowerCase());

/** Why `written` is neither memory nor a path, and how to fix it. */
export function stateFault(written: string): { readonly message: string; readonly hint: string } | undefined {
  if (!NO_PATH.has(written.trim().toLowerCase())) return undefined;
  const message = written.trim() === '' ? 'The path of a state is not empty.' : `"${written}" is not a path.`;
  const file = written.trim() === '' ? '' : ` A file of that name is ./${written}.`;
  return { message, hint: `Write false to keep the state in memory, or leave it out for the default.${file}` };
}
