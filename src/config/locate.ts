import { dirname } from 'node:path';
import type { StatePlace } from '../domain/state-place.js';
import { finish } from '../turns/steps.js';
import { Paths } from './build/check-paths.js';
import { readTimezone } from './build/job.js';
import type { Machine } from './build/machine.js';
import { MapReport } from './build/map-report.js';
import { buildState } from './build/state.js';
import { LevelReader } from './check/read-level.js';
import { fileSchema } from './check/schema.js';
import { meantKey } from './check/unknown-key.js';
import { openTimerFile, readRoot, withLineFeeds, type FileRequest } from './load.js';
import { Problems, type Diagnostic } from './text/diagnostic.js';
import type { MapNode, Node } from './text/node.js';
import { PlainValues } from './text/plain-value.js';
import { onlyKeys } from './text/salvage.js';
import { Source } from './text/source.js';

/** What connects a timer file to its running scheduler. */
export interface Located {
  /** Absolute, with symbolic links resolved; `undefined` if no file was found. */
  readonly path: string | undefined;
  /** Absolute, as it was named or found; absent if no file was found. */
  readonly named?: string;
  /** Why the file could not be read; empty if it was read. */
  readonly problems: readonly Diagnostic[];
  /** `undefined` if the value of `state` is invalid, or the file is unreadable. */
  readonly state: StatePlace | undefined;
  /** IANA name; `undefined` if the file sets none, or sets an invalid one. */
  readonly timezone: string | undefined;
}

/** Whether a key is needed, even if it is misspelled. The value of a misspelled key is unknown. */
const isWanted = (key: string): boolean => WANTED.has(key) || WANTED.has(meantKey(key, 'file') ?? '');
const WANTED: ReadonlySet<string> = new Set(['state', 'timezone']);

/** Finds a timer file and reads only its `state` and `timezone`, whatever errors or timers it has elsewhere. */
export async function locateTimerFile(request: Pick<FileRequest, 'file' | 'cwd'>, machine: Machine): Promise<Located> {
  const opened = await openTimerFile(request, machine);
  if ('problem' in opened) {
    const { named: path, problem } = opened;
    const named = path === undefined ? {} : { named: path };
    return { path, ...named, problems: [problem], state: undefined, timezone: undefined };
  }
  const { path, named } = opened;
  return { path, named, problems: [], ...read(path, dirname(named), withLineFeeds(opened.text), machine) };
}

type Settings = Pick<Located, 'state' | 'timezone'>;

function read(path: string, folder: string, text: string, machine: Machine): Settings {
  const alone = path.endsWith('.json') ? undefined : onlyKeys(text, isWanted);
  const problems = new Problems(new Source(alone ?? text));
  const root = finish(readRoot(path, problems))?.value;
  const map = mapOf(root, alone !== undefined);
  if (map === undefined) return { state: undefined, timezone: undefined };
  const levels = new LevelReader(problems, new PlainValues(machine.env, problems));
  const values = levels.read(fileSchema, map, { level: 'file', path: [] });
  const report = new MapReport(problems, { map, path: [], key: { start: 0, end: 0 } });
  const state = buildState(values.state, report, { paths: new Paths(folder, machine), machine });
  const timezone = values.timezone && readTimezone(values.timezone, machine.timezone, report);
  const wrong = problems.wrongKeys([]);
  const isKnown = (key: string) => !wrong.some((other) => other === key || meantKey(other, 'file') === key);
  return { state: isKnown('state') ? state : undefined, timezone: isKnown('timezone') ? timezone : undefined };
}

/**
 * Returns the wanted keys of the file. `isAlone` is set if the text contains only these keys: then it may be empty.
 * `undefined` if the keys cannot be known.
 */
function mapOf(root: Node | undefined, isAlone: boolean): MapNode | undefined {
  const isEmpty = root?.kind === 'scalar' && root.value === null;
  if (root?.kind !== 'map' && !(isEmpty && isAlone)) return undefined;
  const entries = root.kind === 'map' ? [...root.entries].filter(([key]) => isWanted(key)) : [];
  return { kind: 'map', start: 0, end: 0, entries: new Map(entries) };
}
