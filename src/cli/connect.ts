import {
  connectToScheduler,
  followWord,
  LostError,
  RefusalError,
  socketPaths,
  impossibility,
  type Args,
  type ControlClient,
} from '../control/index.js';
import type { Keeping } from '../domain/ad-hoc.js';
import { createSystemClock } from '../clocks/system.js';
import type { StatusRecord } from '../domain/status-record.js';
import { SECOND, type Duration } from '../domain/time.js';
import { visible } from '../text/visible.js';
import { UsageError } from './command.js';
import { socketPathsOf, userId, wordPathsOf } from '../daemon/socket-places.js';
import { loadAsFarAsReadable, renderLoaded, shortPath, unreadPart, type AsFarAsReadable } from './load.js';
import type { FileOption, StateOption, ZoneOption } from './options.js';
import { namedStatePath } from '../daemon/state.js';
import type { Terminal } from './terminal.js';
import { zoneOf } from './zone.js';

/** A running scheduler, reached over its socket. */
export interface Reached {
  readonly client: ControlClient;
  /** Asks for a verb that changes something, and says it when that is not on record yet. */
  readonly change: (verb: string, args: Args) => Promise<unknown>;
  /** The timer file, as people would write it. */
  readonly file: string;
  /** The zone of times on the screen. */
  readonly timezone: string;
  /** Where the next scheduler of the same file will be. */
  readonly paths: readonly string[];
  /** What of the file cannot be read now; its scheduler runs what it was before. */
  readonly unread: string | undefined;
  /** Whether the file has no mistake now. */
  readonly isSound: boolean;
}

/** No scheduler to speak to. */
export interface Unreached {
  /** What to say to the person. */
  readonly lines: readonly string[];
  /** One may run all the same: no folder can hold a socket. */
  readonly isUnknown: boolean;
}

/** Behind a verb that is granted, and not on record yet. */
const UNRECORDED =
  'its state cannot be written at the moment: kept in memory for now, and recorded as soon as it can be';

/** What one expects to outlive the scheduler. */
const LASTING: ReadonlySet<string> = new Set(['add', 'pause']);
const IN_MEMORY = 'warning: kept in memory only: this scheduler has no state, and forgets it when it ends';

/** What the refusal of a name or a value is: wrong usage. */
const WRONG_USAGE: ReadonlySet<string> = new Set(['unknown_timer', 'unknown_run', 'bad_argument']);

/**
 * Speaks to the scheduler of the timer file that is named or found. Returns what `act` does, or 1 when there is no scheduler, it refuses, or it
 * goes away; what is wrong and what to do is said, with `otherwise` what there is without a scheduler. @throws UsageError for a name it does not know.
 */
export async function withScheduler(
  terminal: Terminal,
  options: FileOption & StateOption & ZoneOption,
  act: (reached: Reached) => Promise<number>,
  otherwise: readonly string[] = [],
): Promise<number> {
  const reached = await reach(terminal, options);
  if (isUnreached(reached)) {
    terminal.errPainted(...reached.lines);
    terminal.err(...otherwise);
    return 1;
  }
  const { client, unread } = reached;
  if (unread !== undefined) terminal.err(`timers: ${unread}`);
  try {
    return await act(reached.isSound ? reached : { ...reached, timezone: await zoneOfTaken(reached, options) });
  } catch (error) {
    terminal.err(`timers: ${refusalOf(error)}`);
    if (error instanceof LostError) terminal.err(...otherwise);
    return 1;
  } finally {
    client.close();
  }
}

/** Of a file that has mistakes: its zone may be one. */
async function zoneOfTaken({ client, timezone }: Reached, options: ZoneOption): Promise<string> {
  if (options.timezone !== undefined) return timezone;
  return ((await client.request('status')) as StatusRecord).timezone;
}

/** How long a command that only looks waits for a scheduler that does not respond. */
const PATIENCE: Duration = 2 * SECOND;

/** What the running scheduler says; `undefined` if none responds, or one of an earlier version that has no such verb. */
export async function askIfRunning(
  terminal: Terminal,
  options: FileOption & StateOption & ZoneOption,
  verb: string,
): Promise<unknown> {
  const reached = await reach(terminal, options);
  if (isUnreached(reached)) return undefined;
  const { client } = reached;
  const disarm = createSystemClock().after(PATIENCE, () => client.close());
  try {
    return await client.request(verb);
  } catch {
    return undefined;
  } finally {
    disarm();
    client.close();
  }
}

/** Looks for the scheduler of the timer file that is named or found. */
export async function reach(
  terminal: Terminal,
  options: FileOption & StateOption & ZoneOption,
): Promise<Reached | Unreached> {
  const clock = createSystemClock();
  const asFar = await loadAsFarAsReadable(terminal, options.file, clock.now());
  const { loaded, readable } = asFar;
  const timezone = zoneOf(options, readable?.settings);
  const paths = pathsOf(asFar, terminal, options.state);
  if (paths === undefined) return { lines: renderLoaded(loaded, terminal, terminal.color.err), isUnknown: false };
  const connecting = await connectToScheduler(paths, userId(), clock);
  const file = shortPath(loaded.path ?? options.state ?? '', terminal.cwd);
  if (connecting.kind === 'connected') {
    const { client } = connecting;
    const change = async (verb: string, args: Args) => {
      const answer = await client.request(verb, args);
      const { keeping } = answer as { keeping?: Keeping };
      if (keeping === 'unrecorded') terminal.err(`timers: ${UNRECORDED}`);
      if (keeping === 'memory' && LASTING.has(verb)) terminal.err(`timers: ${IN_MEMORY}`);
      return answer;
    };
    const isSound = loaded.timerFile !== undefined;
    return { client, change, file, timezone, paths, unread: brokenPart(asFar, terminal), isSound };
  }
  if (connecting.kind === 'refused') return unreached(connecting.reason);
  const faults = paths.map((path) => impossibility(path, userId()) ?? '');
  if (!faults.includes(''))
    return { ...unreached(`${UNREACHABLE}: ${[...new Set(faults)].join('; ')}`), isUnknown: true };
  if (readable === undefined) return { lines: renderLoaded(loaded, terminal, terminal.color.err), isUnknown: false };
  return unreached(absent(file, options));
}

const UNREACHABLE = 'no scheduler can be reached here, because no folder can hold a control socket';

const unreached = (why: string): Unreached => ({ lines: [visible(`timers: ${why}`)], isUnknown: false });

const brokenPart = (asFar: AsFarAsReadable, terminal: Terminal): string | undefined =>
  asFar.loaded.path !== undefined && asFar.loaded.settings === undefined ? unreadPart(asFar, terminal) : undefined;

export const isUnreached = (reached: Reached | Unreached): reached is Unreached => 'lines' in reached;

/** Why the scheduler did not do it. @throws UsageError when what was asked for was wrong, and what is no refusal. */
function refusalOf(error: unknown): string {
  if (error instanceof RefusalError && WRONG_USAGE.has(error.code)) throw new UsageError(error.message);
  if (error instanceof RefusalError || error instanceof LostError) return error.message;
  throw error;
}

/** Also of a file with mistakes: its scheduler runs what it was before. Where it cannot even be read, or has another state by now, its scheduler has left word. */
function pathsOf(
  { loaded: { path, named: file = path }, readable }: AsFarAsReadable,
  terminal: Terminal,
  named: string | undefined,
): readonly string[] | undefined {
  if (path !== undefined) {
    const states = readable?.isStateKnown ? [readable.settings.state] : LIKELY_STATES;
    const paths = states.flatMap((state) => socketPathsOf({ path, settings: { state } }, terminal, named));
    // Who names a state means that one.
    if (named !== undefined) return paths;
    const words = [path, file ?? path].flatMap((one) => wordPathsOf(one, terminal));
    return [...paths, ...followWord(words, userId())];
  }
  const state = named === undefined ? undefined : namedStatePath(named, terminal.cwd);
  return state === undefined ? undefined : socketPaths({ state, file: '', folders: [] });
}

const LIKELY_STATES = [{ kind: 'default' }, { kind: 'memory' }] as const;

function absent(file: string, { file: named, state }: FileOption & StateOption): string {
  const options = [...(named === undefined ? [] : ['-f', named]), ...(state === undefined ? [] : ['--state', state])];
  return `no scheduler of ${file} is running. Start it: ${['timers', 'start', ...options].join(' ')}`;
}
