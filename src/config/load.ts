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
import { readTimerFile } from './text/read-file.js';
import { Source } from './text/source.js';
import { readJson, readTree } from './check/syntax.js';
import { Trust, type FileFacts } from './text/trust.js';

/** What came of loading a timer file. */
export interface Loaded {
  /** Absolute, symbolic links followed; `undefined` when no file was found. */
  readonly path: string | undefined;
  /** Absolute, as it was named or found; absent when no file was found. */
  readonly named?: string;
  /** The file's text, without a byte order mark, CR alone as line feed; empty when none could be read. */
  readonly source: string;
  /** In the order of the file. */
  readonly problems: readonly Diagnostic[];
  /** Absent when any problem is an error. */
  readonly timerFile?: TimerFile;
  /** What the file says about the scheduler as a whole, as far as it can be read. */
  readonly settings?: Settings;
  /** Entries under `timers`, wrong ones included. */
  readonly timerCount: number;
}

export interface FileRequest {
  readonly file?: string;
  readonly cwd: string;
  readonly foresees?: boolean;
  /** Leaves turns of the event loop to others, by this clock. Default: all in one. */
  readonly inTurns?: Clock;
}

/**
 * Loads the timer file that is named, or else the nearest one from `cwd` upwards. Never throws for what a file holds or is:
 * every mistake is a diagnostic, and all of a file are told at once.
 */
export async function loadTimerFile(request: FileRequest, machine: Machine): Promise<Loaded> {
  const named = request.file === undefined ? await findTimerFile(request.cwd) : resolve(request.cwd, request.file);
  if (named === undefined) return refused(undefined, notFound(request.cwd));
  const read = readTimerFile(named);
  if ('code' in read) return refused(named, read);
  const distrust = distrustOf(named, read.facts, { isNamed: request.file !== undefined, machine });
  if (distrust?.severity === 'error') return refused(named, distrust);
  const path = realPathOf(named);
  const { foresees } = request;
  const steps = parsing({ path, named, folder: dirname(named), text: read.text, foresees }, machine);
  const loaded = await (request.inTurns ? finishInTurns(steps, request.inTurns) : finish(steps));
  return distrust ? { ...loaded, problems: [distrust, ...loaded.problems] } : loaded;
}

/** The file may be gone since it was read. */
function realPathOf(named: string): string {
  try {
    return realpathSync(named);
  } catch {
    return named;
  }
}

/** Root runs nothing that others may have written; whoever else does so is warned. A file that was named may belong to anybody. */
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
  const message = `There is no timer file in ${cwd} or a folder above it; looked for ${SEARCH_PLACES.join(', ')}.`;
  return aboutFile('file-not-found', message, 'Name one with --file, or write a starter file: timers init');
}

/** The text of a timer file: `folder` is what its relative paths begin at. */
export interface TimerText {
  readonly path: string;
  /** Default: `path`. */
  readonly named?: string;
  readonly folder: string;
  readonly text: string;
  /** Also warn of what is to come, as `validate` does. Default: not. */
  readonly foresees?: boolean | undefined;
}

/** Parses and checks a timer file's text. */
export const parseTimerFile = (text: TimerText, machine: Machine): Loaded => finish(parsing(text, machine));

function* parsing({ path, named = path, folder, text, foresees = false }: TimerText, machine: Machine): Steps<Loaded> {
  // YAML ends lines at CR, too; its parser here does not.
  const source = text.replace(/\r(?!\n)/g, '\n');
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

/** A bug is a mistake at the top of the file, where its place is not known better. */
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

/** The tree of the timer file itself: in a package.json it is the value of one key. */
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
