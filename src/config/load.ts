import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { Clock } from '../domain/clock.js';
import { finish, finishInTurns, type Steps } from '../turns/steps.js';
import { buildFile, type BuiltFile, type FileContext, type Settings } from './build/file.js';
import { aboutFile, internalError, Problems, type Diagnostic } from './text/diagnostic.js';
import { findTimerFile, isPackageJson, SEARCH_PLACES } from './text/find-file.js';
import type { Machine } from './build/machine.js';
import type { TimerFile } from './build/timer-file.js';
import type { Slot } from './text/node.js';
import { readBytes, readTimerFile } from './text/read-file.js';
import { Source } from './text/source.js';
import { readJson, readTree } from './check/read-tree.js';
import { Trust, type FileFacts } from './text/trust.js';

/** The result of loading a timer file. */
export interface Loaded {
  /** Absolute, with symbolic links resolved; `undefined` if no file was found. */
  readonly path: string | undefined;
  /** Absolute, as it was named or found; absent if no file was found. */
  readonly named?: string;
  /** The file's text, without a byte order mark and with a lone CR as a line feed. Empty if no file could be read. */
  readonly source: string;
  /** In the order of the file. */
  readonly problems: readonly Diagnostic[];
  /** Absent if any problem is an error. */
  readonly timerFile?: TimerFile;
  /** The readable settings for the scheduler as a whole. */
  readonly settings?: Settings;
  /** The number of entries under `timers`, including invalid ones. */
  readonly timerCount: number;
}

export interface FileRequest {
  readonly file?: string;
  readonly cwd: string;
  readonly foresees?: boolean;
  /**
   * The clock that measures turns of the event loop, so that other work gets turns in between. Default: loads in one
   * turn.
   */
  readonly inTurns?: Clock;
}

/**
 * Loads the named timer file, or the nearest one from `cwd` upward. Never throws because of a file: every error is a
 * diagnostic, and all errors of a file are reported together.
 */
export async function loadTimerFile(request: FileRequest, machine: Machine): Promise<Loaded> {
  const opened = await openTimerFile(request, machine);
  if ('problem' in opened) return refused(opened.named, opened.problem);
  const { path, named, text, distrust } = opened;
  const { foresees } = request;
  const steps = parsing({ path, named, folder: dirname(named), text, foresees }, machine);
  const loaded = await (request.inTurns ? finishInTurns(steps, request.inTurns) : finish(steps));
  return distrust ? { ...loaded, problems: [distrust, ...loaded.problems] } : loaded;
}

/** A timer file that is not yet stored at its path. */
interface ArrivedFile {
  /** The absolute path where the file will be stored. */
  readonly path: string;
  /** Its name in messages. */
  readonly shown: string;
  readonly bytes: Buffer;
  /** As in {@link FileRequest}. */
  readonly inTurns?: Clock;
}

/** Loads a timer file that has arrived from elsewhere, as {@link loadTimerFile} loads one from its path. */
export async function loadArrivedFile({ path, shown, bytes, inTurns }: ArrivedFile, machine: Machine): Promise<Loaded> {
  const read = readBytes(shown, bytes);
  if ('code' in read) return refused(path, read);
  const steps = parsing({ path, folder: dirname(path), text: read.text }, machine);
  return inTurns ? finishInTurns(steps, inTurns) : finish(steps);
}

/** The text of a timer file, not yet parsed. */
interface OpenedFile {
  /** Absolute, with symbolic links resolved. */
  readonly path: string;
  /** Absolute, as it was named or found. */
  readonly named: string;
  readonly text: string;
  /** A warning that other users can write to the file. */
  readonly distrust: Diagnostic | undefined;
}

/** Why there is no text. `named` is absolute; `undefined` if no file was found. */
interface UnopenedFile {
  readonly named: string | undefined;
  readonly problem: Diagnostic;
}

/** Finds and reads the file that {@link loadTimerFile} loads. */
export async function openTimerFile(
  request: Pick<FileRequest, 'file' | 'cwd'>,
  machine: Machine,
): Promise<OpenedFile | UnopenedFile> {
  const named = request.file === undefined ? await findTimerFile(request.cwd) : resolve(request.cwd, request.file);
  if (named === undefined) return { named, problem: notFound(request.cwd) };
  const read = readTimerFile(named);
  if ('code' in read) return { named, problem: read };
  const distrust = distrustOf(named, read.facts, { isNamed: request.file !== undefined, machine });
  if (distrust?.severity === 'error') return { named, problem: distrust };
  return { path: realPathOf(named), named, text: read.text, distrust };
}

/** Resolves symbolic links. Returns `named` itself if the file was deleted after it was read. */
function realPathOf(named: string): string {
  try {
    return realpathSync(named);
  } catch {
    return named;
  }
}

/**
 * Reports a file that other users can write to: an error for root, a warning for anyone else. Rejects a file of another
 * user, unless it was named on the command line.
 */
function distrustOf(
  path: string,
  facts: FileFacts,
  { isNamed, machine: { uid } }: { isNamed: boolean; machine: Machine },
): Diagnostic | undefined {
  if (uid === undefined) return undefined;
  const trust = new Trust(uid);
  const foreign = isNamed ? undefined : trust.distrustOwner(path, facts);
  if (foreign) return aboutFile('foreign-file', foreign.message, foreign.hint);
  const open = trust.distrust(path, facts);
  if (open === undefined) return undefined;
  const diagnostic = aboutFile('writable-by-others', open.message, open.hint);
  return uid === 0 ? diagnostic : { ...diagnostic, severity: 'warning' };
}

const refused = (path: string | undefined, problem: Diagnostic): Loaded => ({
  path,
  ...(path !== undefined && { named: path }),
  source: '',
  problems: [problem],
  timerCount: 0,
});

function notFound(cwd: string): Diagnostic {
  const message = `There is no timer file in ${cwd} or a folder above it. Searched for ${SEARCH_PLACES.join(', ')}.`;
  return aboutFile('file-not-found', message, 'Pass one with --file, or create a starter file: timers init');
}

/** The text of a timer file; `folder` is the base of its relative paths. */
export interface TimerText {
  readonly path: string;
  /** As it was named or found. Default: `path`. */
  readonly named?: string;
  readonly folder: string;
  readonly text: string;
  /** Whether to warn about the future as well, as `validate` does. Default: no. */
  readonly foresees?: boolean | undefined;
}

/** Parses and checks a timer file's text. */
export const parseTimerFile = (text: TimerText, machine: Machine): Loaded => finish(parsing(text, machine));

function* parsing({ path, named = path, folder, text, foresees = false }: TimerText, machine: Machine): Steps<Loaded> {
  const source = withLineFeeds(text);
  const problems = new Problems(new Source(source));
  const built = yield* build(path, { problems, machine, folder, foresees });
  const timerFile =
    built && !problems.hasErrors
      ? { path, named, jobs: built.jobs, settings: built.settings, defaults: built.defaults }
      : undefined;
  return {
    path,
    named,
    source,
    problems: problems.list(),
    ...(timerFile && { timerFile }),
    ...(built && { settings: built.settings }),
    timerCount: built?.names.length ?? 0,
  };
}

/** Replaces each lone CR with a line feed. CR is a line break in YAML, but not for the parser that is used here. */
export const withLineFeeds = (text: string): string => text.replace(/\r(?!\n)/g, '\n');

/** Builds the file. An internal error without a known position is reported at the top of the file. */
function* build(path: string, context: FileContext): Steps<BuiltFile | undefined> {
  const { problems } = context;
  try {
    const root = yield* readRoot(path, problems);
    return root && (yield* buildFile(root, context));
  } catch (error) {
    problems.error({ ...internalError('The file', error), at: { start: 0, end: 0 } });
    return undefined;
  }
}

/** Reads the tree of the timer file itself. In a package.json, this is the value of the key `timers`. */
export function* readRoot(path: string, problems: Problems): Steps<Slot | undefined> {
  const tree = yield* path.endsWith('.json') ? readJson(problems) : readTree(problems);
  return tree && isPackageJson(path) ? timersKey(tree, problems) : tree;
}

function timersKey({ value, at }: Slot, problems: Problems): Slot | undefined {
  const entry = value.kind === 'map' ? value.entries.get('timers') : undefined;
  if (entry === undefined)
    problems.error({
      code: 'no-timers',
      message: 'This package.json has no key "timers".',
      at: { start: at.start, end: at.start + 1 },
    });
  return entry;
}
