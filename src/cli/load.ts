import { isAbsolute, relative } from 'node:path';
import {
  loadTimerFile,
  locateTimerFile,
  readableFile,
  type Loaded,
  type Located,
  type Machine,
  type ReadableFile,
  type TimerFile,
} from '../config/index.js';
import { namedPlace } from '../daemon/shared/place.js';
import { firstNames, wayOut } from '../text/nearest.js';
import type { Instant } from '../domain/time.js';
import type { Job } from '../domain/job.js';
import { thisMachine } from '../this-machine.js';
import { UsageError } from './command.js';
import type { FileOption, StateOption } from './options.js';
import { renderDiagnostics } from './render/diagnostics.js';
import type { Terminal } from './terminal.js';

/** What to load a timer file for. */
export interface LoadRequest extends FileOption, StateOption {
  readonly now: Instant;
}

/**
 * Returns the facts of this machine, with the state in use. The state on the command line overrides the one in the
 * file.
 */
export const machineFor = ({ cwd }: Terminal, { now, state }: Pick<LoadRequest, 'now' | 'state'>): Machine =>
  thisMachine(now, state === undefined ? undefined : namedPlace(state, cwd));

/** Loads the timer file that is named, or found from the working directory upward. */
function load(terminal: Terminal, request: LoadRequest): Promise<Loaded> {
  const { file } = request;
  return loadTimerFile({ cwd: terminal.cwd, ...(file !== undefined && { file }) }, machineFor(terminal, request));
}

/** Finds the scheduler of the timer file, despite any errors in its timers. */
export const locate = ({ cwd }: Terminal, file: string | undefined, start: Instant): Promise<Located> =>
  locateTimerFile({ cwd, ...(file !== undefined && { file }) }, thisMachine(start));

/** Like {@link load}, but also warns about the future: clock changes, runs that outlast their interval, herds. */
export function loadForeseeing({ cwd }: Terminal, file: string | undefined, start: Instant): Promise<Loaded> {
  return loadTimerFile({ cwd, foresees: true, ...(file !== undefined && { file }) }, thisMachine(start));
}

/**
 * Loads the timer file and reports errors, and with `warns` also warnings. Returns `undefined` if it cannot be used.
 */
export async function loadOrTell(
  terminal: Terminal,
  request: LoadRequest,
  { warns = false }: { readonly warns?: boolean } = {},
): Promise<TimerFile | undefined> {
  const loaded = await load(terminal, request);
  const problems = loaded.problems.filter(
    ({ severity, code }) => warns || severity === 'error' || code === 'unknown-tz',
  );
  if (problems.length > 0) terminal.errPainted(...renderLoaded({ ...loaded, problems }, terminal, terminal.color.err));
  return loaded.timerFile;
}

/** A timer to run and its file. */
interface Runnable {
  readonly job: Job;
  readonly timerFile: TimerFile;
}

/**
 * Loads one timer to run it, and warns about errors elsewhere in the file. Returns `undefined`, and prints the reason,
 * if it cannot be run.
 */
export async function loadToRun(
  terminal: Terminal,
  { name, ...request }: LoadRequest & { readonly name: string },
): Promise<Runnable | undefined> {
  const { loaded, readable } = await loadAsFarAsReadable(terminal, request);
  const job = readable?.runnable.find((other) => other.name === name);
  if (readable !== undefined && job !== undefined) {
    sayUnread(terminal, { loaded, readable: { ...readable, unread: [] } });
    return { job, timerFile: readable };
  }
  sayUnread(terminal, { loaded, readable: loaded.timerFile && readable });
  return loaded.timerFile && { job: jobNamed(loaded.timerFile, name), timerFile: loaded.timerFile };
}

/** A loaded file, and what can be read of it. */
export interface AsFarAsReadable {
  readonly loaded: Loaded;
  readonly readable: ReadableFile | undefined;
  /** What could not be read, if the running scheduler filled the gaps. Absent if it did not. */
  readonly missing?: readonly string[];
}

/** Loads what can be read of the file, for a command that runs nothing. */
export async function loadAsFarAsReadable(terminal: Terminal, request: LoadRequest): Promise<AsFarAsReadable> {
  const loaded = await load(terminal, request);
  return { loaded, readable: readableFile(loaded, machineFor(terminal, request)) };
}

/**
 * Returns whether the named timers can be read. Without names, at least one timer must be readable, unless the file is
 * valid.
 */
export const isOfUse = ({ jobs, unread }: ReadableFile, names: readonly string[]): boolean =>
  (unread.length === 0 || jobs.length > 0) && !names.some((name) => unread.includes(name));

/** Reports what could not be read of a file. If a part was read, prints one line, otherwise all problems. */
export function sayUnread(terminal: Terminal, found: AsFarAsReadable): void {
  const { loaded, readable } = found;
  if (readable !== undefined && loaded.timerFile === undefined) terminal.err(`timers: ${unreadPart(found, terminal)}`);
  const problems = loaded.problems.filter(
    ({ severity, code }) => code === 'unknown-tz' || (readable === undefined && severity === 'error'),
  );
  if (problems.length > 0) terminal.errPainted(...renderLoaded({ ...loaded, problems }, terminal, terminal.color.err));
}

/** Describes the first error, and what is left out because of all errors. */
function unreadPart(found: AsFarAsReadable, { cwd }: Terminal): string {
  const { path, problems } = found.loaded;
  const [first, ...more] = problems.filter(({ severity }) => severity === 'error');
  if (first === undefined) return '';
  const others = more.length === 0 ? '' : ` (${more.length} more: timers validate)`;
  const gone = path === undefined && found.readable;
  if (gone) return `${sentence(`the file ${shortPath(gone.path, cwd)} no longer exists`)}${leftOut(found)}`;
  return sentence(`${shortPath(path ?? '', cwd)}:${first.line}: ${first.message}${others}`) + leftOut(found);
}

/** Ends a text as a sentence, so that another one can follow. */
const sentence = (text: string): string => (/[.!?]\)?$/.test(text) ? text : `${text}.`);

function leftOut({ readable, missing }: AsFarAsReadable): string {
  const names = missing ?? readable?.unread ?? [];
  const shown = missing === undefined ? '' : ' This is what the running scheduler has loaded.';
  return `${names.length === 0 ? '' : ` Not read: ${firstNames(names)}.`}${shown}`;
}

/** Renders the file's problems as lines of text. Empty if there are none. */
export function renderLoaded(
  { path, source, problems }: Pick<Loaded, 'path' | 'source' | 'problems'>,
  { cwd, width }: Terminal,
  color: boolean,
): readonly string[] {
  return renderDiagnostics({
    file: path === undefined ? undefined : shortPath(path, cwd),
    source,
    problems,
    color,
    width,
  });
}

/** Returns a path as the user would write it: relative, unless it is outside the working directory or a URL. */
export function shortPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

/** Returns the job with that name. @throws UsageError with the nearest valid name. */
export function jobNamed({ jobs, path }: TimerFile, name: string): Job {
  const job = jobs.find((other) => other.name === name);
  if (job !== undefined) return job;
  const names = jobs.map((other) => other.name);
  throw new UsageError(`unknown timer "${name}" in ${path}. ${wayOut(name, names)}`);
}
