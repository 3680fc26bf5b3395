import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readBytes } from '../../../config/index.js';
import type { SourceFile } from '../../../importers/kind.js';
import { systemReason } from '../../../system/system-reason.js';

/** The files that were read, and the reasons why other files were not. */
export interface Sources {
  readonly files: readonly SourceFile[];
  readonly faults: readonly string[];
}

/** Names that schedulers also skip in a folder: hidden files, backups, and leftovers of package managers. */
const SKIPPED = /^[.#]|~$|\.(?:rpmsave|rpmorig|rpmnew|dpkg-\w+|swp|bak)$/;

/** Reads the named files, and those in named folders. `-` is standard input, whose bytes are passed in. */
export function readSources(paths: readonly string[], cwd: string, input: Buffer | undefined): Sources {
  const files: SourceFile[] = [];
  const faults: string[] = [];
  const found = paths.map((one) => filesIn(one, cwd));
  for (const [index, path] of paths.entries())
    if (found[index]?.length === 0) faults.push(`${path} is a folder without files to import.`);
  const named = found.flat().flatMap((one) => [one, ...dropInsOf(one, cwd)]);
  // Drop-ins may also be named.
  for (const path of new Map(named.map((one) => [resolve(cwd, one), one])).values()) {
    const read = path === '-' ? decode(path, input ?? Buffer.alloc(0)) : readUnit(path, cwd);
    if (typeof read === 'string') faults.push(read);
    else files.push(read);
  }
  return { files, faults };
}

/** Reads a file that another one names; `undefined` if it cannot be read. */
export function readNeighbor(from: string, named: string, cwd: string): SourceFile | undefined {
  const path = from === '-' || named.startsWith('/') ? named : join(dirname(from), named);
  const read = readSource(path, cwd);
  return typeof read === 'string' ? undefined : read;
}

const filesIn = (path: string, cwd: string): readonly string[] =>
  path === '-' ? [path] : (namesIn(path, cwd)?.map((name) => join(path, name)) ?? [path]);

/** Returns the names of the files in a folder; `undefined` if it cannot be read as one. */
function namesIn(folder: string, cwd: string): readonly string[] | undefined {
  try {
    const entries = readdirSync(resolve(cwd, folder), { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && !SKIPPED.test(entry.name)).map(({ name }) => name);
    return names.sort();
  } catch {
    return undefined;
  }
}

/** Returns the drop-ins next to a systemd timer, for it and for the service of the same name. */
function dropInsOf(path: string, cwd: string): readonly string[] {
  const [, stem, instance] = /^(.*?)(@[^/]*)?\.timer$/.exec(path) ?? [];
  if (stem === undefined) return [];
  const stems = instance === undefined ? [stem] : [`${stem}@`, `${stem}${instance}`];
  const folders = [...new Set(stems)].flatMap((one) => [`${one}.timer.d`, `${one}.service.d`]);
  return folders.flatMap((folder) => {
    const names = namesIn(folder, cwd) ?? [];
    return names.filter((name) => name.endsWith('.conf')).map((name) => join(folder, name));
  });
}

/**
 * Reads a file or, for an instance of a systemd template without its own file, the template: `backup@.timer` for
 * `backup@home.timer`.
 */
function readUnit(path: string, cwd: string): SourceFile | string {
  const read = readSource(path, cwd);
  const template = path.replace(/@[^/]+\.(timer|service)$/, '@.$1');
  const other = typeof read === 'string' && template !== path ? readSource(template, cwd) : read;
  return typeof other === 'string' ? read : { ...other, path };
}

/** Reads a file, or returns why it cannot be read, as a sentence. Never waits for a named pipe without a writer. */
function readSource(path: string, cwd: string): SourceFile | string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(resolve(cwd, path), constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(descriptor).isFile()) return `${path} is not a regular file. To read a pipe, pass - instead.`;
    return decode(path, readFileSync(descriptor));
  } catch (error) {
    return `${path} cannot be read: ${systemReason(error)}.`;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function decode(path: string, bytes: Buffer): SourceFile | string {
  const read = readBytes(path === '-' ? 'standard input' : path, bytes);
  return 'code' in read ? read.message : { path, text: read.text.replace(/\r\n/g, '\n') };
}
