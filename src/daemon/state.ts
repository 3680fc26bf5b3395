import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ReadableFile, TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { LedgerTrouble, Recorded } from '../domain/ledger.js';
import type { OutcomeLog } from '../domain/outcome-log.js';
import { networkState } from '../system/network-mount.js';
import { isMemory, isStoreUrl, type SharedPlace } from '../domain/state-place.js';
import { defaultStatePath, openState, realPath } from '../stores/index.js';
import { endsFileOf, type RecordingPlace } from './compose.js';
import { namedShared, sharedPlaceOf } from './shared/place.js';
import { exposedState, plantedLink } from './state-trust.js';
import { networkMount } from '../this-machine.js';
import type { Surroundings } from './surroundings.js';

/** Where a scheduler records. */
export type OpenedState =
  | {
      readonly kind: 'ready';
      /** Absent if nothing outlives the scheduler. */
      readonly ledger?: RecordingPlace;
      /** Returns what has been recorded so far; `undefined` if nothing is. */
      readonly recorded: () => Recorded | undefined;
      /** The outcomes as a log; `undefined` while the state can't be written, or there is none. */
      readonly outcomes: () => OutcomeLog | undefined;
      /** To be emitted after the scheduler has started. */
      readonly troubles: readonly LedgerTrouble[];
    }
  /** Another scheduler uses the state, or this process must not use its file. `message`: a sentence for the user. */
  | { readonly kind: 'refused'; readonly message: string };

/** A timer file and its state setting. */
export interface StateOwner {
  readonly path: string;
  readonly settings: Pick<TimerFile['settings'], 'state'>;
}

/**
 * Returns the path of a timer file's state. Links are followed, so that every spelling of the path leads to the same
 * lock and the same socket; `undefined` for a state in memory. `named` is the value of `--state`, which overrides the
 * file.
 */
export function statePathOf(
  { path, settings: { state } }: StateOwner,
  { cwd, env }: Surroundings,
  named: string | undefined,
): string | undefined {
  const given = givenPathOf({ path, settings: { state } }, { cwd, env }, named);
  return given === undefined ? undefined : realPath(given);
}

function givenPathOf(
  { path, settings: { state } }: StateOwner,
  { cwd, env }: Pick<Surroundings, 'cwd' | 'env'>,
  named: string | undefined,
): string | undefined {
  if (named !== undefined) return isMemory(named) || isStoreUrl(named) ? undefined : resolve(cwd, named);
  if (state.kind === 'memory' || state.kind === 'shared') return undefined;
  return state.kind === 'file' ? state.path : defaultStatePath(path, env);
}

/** Returns the real path of the state file that `--state` names; `undefined` for memory and for a shared state. */
export const namedStatePath = (named: string, cwd: string): string | undefined =>
  isMemory(named) || isStoreUrl(named) ? undefined : realPath(resolve(cwd, named));

/** Returns why a file has no history, as a clause. */
const noState = (file: string, named: string | undefined): string =>
  named === undefined ? `${file} says state: false` : `--state ${named} keeps it in memory only`;

/** Where a history is: a state file, or a shared state. */
export type HistoryPlace = { readonly path: string } | SharedPlace;

/** Where the history of a timer file is, or why there is none, as a clause. */
export type HistoryFound = HistoryPlace | { readonly reason: string };

/** Returns where the history of the state that `--state` names is; `undefined` for memory. */
export function namedHistory(named: string, cwd: string): HistoryPlace | undefined {
  const shared = namedShared(named);
  if (shared !== undefined) return shared;
  const path = namedStatePath(named, cwd);
  return path === undefined ? undefined : { path };
}

/**
 * Finds the history of a file that may be only partly readable. `named` is the value of `--state`, which overrides the
 * file.
 */
export function historyOf(file: ReadableFile, surroundings: Surroundings, named: string | undefined): HistoryFound {
  if (named === undefined && !file.isStateKnown)
    return { reason: `the "state" of ${file.path} cannot be read. Name it: --state <path>` };
  const shared = sharedPlaceOf(file, named);
  if (shared !== undefined) return shared;
  const path = statePathOf(file, surroundings, named);
  return path === undefined ? { reason: noState(file.path, named) } : { path };
}

/** Returns the default state file of a completely unreadable timer file, if it exists. */
export function likelyStateOf(file: string, { env }: Surroundings): string | undefined {
  const path = realPath(defaultStatePath(file, env));
  return existsSync(path) ? path : undefined;
}

/** What opening a state depends on. */
export interface StateOpener {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** The value of `--state`, if it is set. */
  readonly named: string | undefined;
  /** The pid of a scheduler that already uses this state, if any. */
  readonly other: number | undefined;
  /** Called when another scheduler has taken over the state. */
  readonly onTaken: () => void;
}

/** Opens the state for the one scheduler that writes it. */
export function openStateOf(timerFile: TimerFile, opener: StateOpener): OpenedState {
  const { surroundings, clock, named, other, onTaken } = opener;
  const given = givenPathOf(timerFile, surroundings, named);
  if (given === undefined) {
    if (timerFile.settings.state.kind !== 'memory') warnOfForgetting(timerFile, surroundings);
    return { kind: 'ready', recorded: nothing, outcomes: nothing, troubles: [] };
  }
  const file = realPath(given);
  const refusal = distrust(given, file, surroundings);
  if (refusal !== undefined) return { kind: 'refused', message: refusal };
  if (other !== undefined) return { kind: 'refused', message: inUse(file, other) };
  if (named !== undefined || timerFile.settings.state.kind === 'default') warnOfNetwork(file, surroundings);
  const { history, forward } = timerFile.settings;
  const retention = { ...history, keepsUnsent: forward !== undefined };
  const opening = openState({ path: file, clock, pid: process.pid, retention, onTaken });
  switch (opening.kind) {
    case 'in_use':
      return { kind: 'refused', message: inUse(file, opening.pid) };
    case 'refused':
      return { kind: 'refused', message: notOurs(opening) };
    case 'open': {
      const { ledger, recorded, outcomes, setAside, leftBehind } = opening;
      const now = setAside ? [{ kind: 'set_aside', ...setAside } as const] : [];
      const earlier = leftBehind
        .filter((aside) => aside !== setAside?.aside)
        .map((aside) => ({ kind: 'set_aside', file, aside, reason: LEFT_BEHIND }) as const);
      return {
        kind: 'ready',
        ledger: { ledger, file, endsFile: endsFileOf(file) },
        recorded,
        outcomes,
        troubles: [...now, ...earlier],
      };
    }
  }
}

const nothing = () => undefined;

const LEFT_BEHIND = 'an earlier start moved it there; remove it when you no longer need it';

function inUse(file: string, pid: number | undefined): string {
  const who = pid === undefined ? 'another scheduler' : `the scheduler with pid ${pid}`;
  const way = `Stop that one first, or give this one its own state: timers start --state ${dirname(file)}/other.db`;
  return `the state ${file} is in use by ${who}. ${way}`;
}

/** Describes a file that is not usable as a state. The file stays as it is, because it may be the only copy. */
function notOurs({ file, reason }: { readonly file: string; readonly reason: string }): string {
  const way = `Choose another path for the state. If nothing else uses that file, move it away: mv ${quoted(file)} ${quoted(`${file}.bad`)}`;
  return `${file} cannot be used as the state: ${reason}. ${way}`;
}

/**
 * Returns why a state is rejected because others could change it. For an exposed file, users other than root only get a
 * warning.
 */
function distrust(given: string, file: string, surroundings: Surroundings): string | undefined {
  const uid = process.getuid?.() ?? -1;
  const planted = plantedLink(given, uid);
  const exposed = planted === undefined ? exposedState(file, uid) : undefined;
  if (uid === 0 || planted !== undefined) return planted ?? exposed;
  if (exposed !== undefined) surroundings.err(`timers: warning: ${exposed}`);
  return undefined;
}

/** Warns only about a path that is not in the timer file: checking the file already warns about one that is. */
function warnOfNetwork(file: string, surroundings: Surroundings): void {
  const mount = networkMount(file);
  if (mount === undefined) return;
  const { message, hint } = networkState(mount);
  surroundings.err(`timers: warning: the state ${file}: ${message}. ${hint}: timers start --state PATH`);
}

/** Warns only about a setting that is not in the timer file: checking the file already warns about one that is. */
function warnOfForgetting({ jobs }: TimerFile, surroundings: Surroundings): void {
  const keys = ['catch_up', 'max_runs'].filter((key) =>
    jobs.some(({ definition }) => (definition[key] ?? 'false') !== 'false'),
  );
  if (keys.length > 0)
    surroundings.err(
      `timers: warning: the state is kept in memory only, so ${keys.join(' and ')} ${keys.length === 1 ? 'knows' : 'know'} nothing about earlier starts`,
    );
}

const quoted = (path: string): string =>
  /^[\w./:@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
