import { completeFromScheduler, possibleFiles, type ReadableFile } from '../config/index.js';
import { likelyStateOf } from '../daemon/state.js';
import type { StatusRecord } from '../domain/status-record.js';
import type { LoadedFile } from '../domain/loaded-file.js';
import { thisMachine } from '../this-machine.js';
import { askIfRunning } from './reach-scheduler.js';
import { isOfUse, loadAsFarAsReadable, machineFor, sayUnread, type AsFarAsReadable, type LoadRequest } from './load.js';
import type { Terminal } from './terminal.js';

interface Asked extends LoadRequest {
  /** The timers that are needed. */
  readonly names?: readonly string[];
  /** Whether to accept a removed file that left a state behind. */
  readonly evenIfGone?: true;
}

/**
 * Loads what can be read of the timer file, for a command that runs nothing. Fills gaps with what its running scheduler
 * has loaded. Reports in one line what could not be read. If no timer is known, or a named one is not, prints the
 * reason and returns `undefined`.
 */
export async function loadReadable(terminal: Terminal, asked: Asked): Promise<ReadableFile | undefined> {
  const found = await loadReadableOrRunning(terminal, asked);
  const { readable } = found;
  const isEnough = asked.evenIfGone === true && found.loaded.path === undefined;
  const ofUse = readable && (isEnough || isOfUse(readable, asked.names ?? [])) ? readable : undefined;
  sayUnread(terminal, { ...found, readable: ofUse });
  return ofUse;
}

const isWhole = (readable: ReadableFile | undefined): boolean =>
  readable?.isStateKnown === true && readable.unread.length === 0;

/** Like {@link loadReadable}, but prints nothing. */
export async function loadReadableOrRunning(terminal: Terminal, asked: Asked): Promise<AsFarAsReadable> {
  return orRunning(await loadAsFarAsReadable(terminal, asked), terminal, asked);
}

/**
 * Completes the readable part of a file with what its running scheduler has loaded. The scheduler also knows where a
 * removed file was.
 */
export async function orRunning(found: AsFarAsReadable, terminal: Terminal, asked: Asked): Promise<AsFarAsReadable> {
  const { loaded, readable } = found;
  if (isWhole(readable)) return found;
  const taken = (await askIfRunning(terminal, asked, 'taken')) as LoadedFile | undefined;
  const path = loaded.path ?? (taken && (await fileOfRunning(terminal, asked)));
  if (taken === undefined || path === undefined) return orLeft(found, terminal, asked);
  const start = taken.started_at === null ? asked.now : Date.parse(taken.started_at);
  const unread = { path, named: loaded.named ?? path, readable };
  return {
    loaded,
    readable: completeFromScheduler(taken, unread, machineFor(terminal, { ...asked, now: start })),
    missing: readable?.unread ?? [],
  };
}

/** Returns what a removed file left behind: the default state of the nearest such file, and no timers. */
function orLeft(found: AsFarAsReadable, terminal: Terminal, { now, state: named }: Asked): AsFarAsReadable {
  const { loaded } = found;
  const places = loaded.named === undefined && named === undefined ? possibleFiles(terminal.cwd) : [];
  const path = places.find((place) => likelyStateOf(place, terminal) !== undefined);
  if (path === undefined) return found;
  const machine = thisMachine(now);
  const taken = { timers: [], timezone: machine.timezone, state: likelyStateOf(path, terminal) ?? null };
  const readable = completeFromScheduler(
    { ...taken, started_at: null },
    { path, named: path, readable: undefined },
    machine,
  );
  return { loaded, readable: { ...readable, unread: ['timers'] } };
}

const fileOfRunning = async (terminal: Terminal, asked: Asked): Promise<string | undefined> =>
  ((await askIfRunning(terminal, asked, 'status')) as StatusRecord | undefined)?.file;
