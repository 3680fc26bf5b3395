import { dirname, resolve } from 'node:path';
import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Ledger, LedgerTrouble, Recorded } from '../domain/ledger.js';
import { defaultStatePath, openState, realPath } from '../stores/index.js';
import type { Terminal } from './terminal.js';

/** Where a scheduler records. */
export type OpenedState =
  | {
      readonly kind: 'ready';
      /** Absent: nothing outlives the scheduler. */
      readonly ledger?: { readonly ledger: Ledger; readonly file: string };
      /** What is recorded so far; answers `undefined` where nothing is. */
      readonly recorded: () => Recorded | undefined;
      /** To be told once the scheduler has started. */
      readonly troubles: readonly LedgerTrouble[];
    }
  /** Another scheduler uses it; a sentence for the person. */
  | { readonly kind: 'refused'; readonly message: string };

/** A timer file, and what it says of its state. */
export interface StateOwner {
  readonly path: string;
  readonly settings: Pick<TimerFile['settings'], 'state'>;
}

/**
 * Where the state of a timer file lives, links followed, so that whoever names it in whatever way means the same lock and the same socket;
 * `undefined` for one that is kept in memory. `named` is what the command line says, and wins.
 */
export function statePathOf(
  { path, settings: { state } }: StateOwner,
  { cwd, env }: Terminal,
  named: string | undefined,
): string | undefined {
  if (named !== undefined) return namedStatePath(named, cwd);
  if (state.kind === 'memory') return undefined;
  return realPath(state.kind === 'file' ? state.path : defaultStatePath(path, env));
}

/** Where a state that the command line names lives, links followed. */
export const namedStatePath = (named: string, cwd: string): string => realPath(resolve(cwd, named));

/** Who opens a state. */
export interface StateOpener {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** The state's file as the command line names it. */
  readonly named: string | undefined;
  /** The pid of a scheduler that answers for this state already. */
  readonly other: number | undefined;
}

/** Opens the state for the one scheduler that writes it. */
export function openStateOf(timerFile: TimerFile, { terminal, clock, named, other }: StateOpener): OpenedState {
  const file = statePathOf(timerFile, terminal, named);
  if (file === undefined) return { kind: 'ready', recorded: nothing, troubles: [] };
  if (other !== undefined) return { kind: 'refused', message: inUse(file, other) };
  const { history: retention } = timerFile.settings;
  const opening = openState({ path: file, clock, pid: process.pid, retention });
  switch (opening.kind) {
    case 'in_use':
      return { kind: 'refused', message: inUse(file, opening.pid) };
    case 'open': {
      const { ledger, recorded, setAside, leftBehind } = opening;
      const now = setAside ? [{ kind: 'set_aside', ...setAside } as const] : [];
      const earlier = leftBehind
        .filter((aside) => aside !== setAside?.aside)
        .map((aside) => ({ kind: 'set_aside', file, aside, reason: LEFT_BEHIND }) as const);
      return { kind: 'ready', ledger: { ledger, file }, recorded, troubles: [...now, ...earlier] };
    }
  }
}

const nothing = () => undefined;

const LEFT_BEHIND = 'an earlier start moved it there; remove it when nobody needs it';

function inUse(file: string, pid: number | undefined): string {
  const who = pid === undefined ? 'another scheduler' : `the scheduler with pid ${pid}`;
  const way = `Stop that one first, or give this one a state of its own: timers start --state ${dirname(file)}/other.db`;
  return `the state ${file} is in use by ${who}. ${way}`;
}
