import {
  connectToScheduler,
  readSocketPointers,
  LostError,
  RefusalError,
  socketPaths,
  impossibility,
  type Args,
  type Connecting,
  type SchedulerClient,
} from '../control/index.js';
import type { Keeping } from '../domain/ad-hoc.js';
import type { Clock } from '../domain/clock.js';
import type { SharedPlace } from '../domain/state-place.js';
import { createSystemClock } from '../clocks/system.js';
import type { StatusRecord } from '../domain/status-record.js';
import { SECOND, type Duration } from '../domain/time.js';
import { visible } from '../text/visible.js';
import { UsageError } from './command.js';
import { socketPathsOf, userId, wordPathsOf } from '../daemon/socket-places.js';
import { locate, renderLoaded, shortPath } from './load.js';
import { possibleFiles, type Located } from '../config/index.js';
import type { FileOption, StateOption, ZoneOption } from './options.js';
import { namedShared } from '../daemon/shared/place.js';
import { namedStatePath } from '../daemon/state.js';
import type { Terminal } from './terminal.js';
import { checkTimezone } from './zone.js';

/** A running scheduler, reached over its socket. */
export interface Reached {
  readonly client: SchedulerClient;
  /** Sends a verb that changes something, and reports if the change is not recorded yet. */
  readonly change: (verb: string, args: Args) => Promise<unknown>;
  /** The timer file, as the user would write it. */
  readonly file: string;
  /** The zone of times on the screen. Asks the scheduler only if neither the command line nor the file names one. */
  readonly zone: () => Promise<string>;
  /** Connects again, perhaps to the next scheduler of the same file. */
  readonly connect: () => Promise<Connecting>;
  /** Why the file cannot be read at the moment. Its scheduler keeps running the previous version. */
  readonly unread: string | undefined;
}

/** No scheduler can be reached. */
export interface Unreached {
  /** The message for the user. */
  readonly lines: readonly string[];
  /** Whether a scheduler may be running anyway, because no folder can hold a socket. */
  readonly isUnknown: boolean;
}

/** Printed after a verb whose change is not recorded yet. */
const UNRECORDED =
  'the state cannot be written at the moment, so this change is kept in memory and recorded as soon as possible';

/** The changes that users expect to outlive the scheduler. */
const LASTING: ReadonlySet<string> = new Set(['add', 'pause']);
const IN_MEMORY =
  'warning: this change is kept in memory only and is lost when the scheduler exits, because it has no state';

/** Error codes that mean wrong usage, because of a name or a value. */
const WRONG_USAGE: ReadonlySet<string> = new Set(['unknown_timer', 'unknown_run', 'bad_argument']);

/**
 * Connects to the scheduler of the timer file that is named or found. Returns what `act` returns, or 1 if there is no
 * scheduler, it rejects a request, or the connection ends. Prints the problem and the fix. `otherwise` adds what is
 * known without a scheduler. @throws UsageError for an unknown name.
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
    return await act(reached);
  } catch (error) {
    terminal.err(`timers: ${refusalOf(error)}`);
    if (error instanceof LostError) terminal.err(...otherwise);
    return 1;
  } finally {
    client.close();
  }
}

const zoneOfRunning = async (client: SchedulerClient): Promise<string> =>
  ((await client.request('status')) as StatusRecord).timezone;

/** How long a command that only reads waits for a scheduler that does not respond. */
const PATIENCE: Duration = 2 * SECOND;

/**
 * Returns the response of the scheduler that runs on this machine; `undefined` if none responds, or if it is an earlier
 * version without this verb.
 */
export async function askIfRunning(
  terminal: Terminal,
  options: FileOption & StateOption & ZoneOption,
  verb: string,
): Promise<unknown> {
  const reached = await reach(terminal, options, { anywhere: false });
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

/**
 * Looks for the scheduler of the timer file that is named or found, on this machine or, with `anywhere`, on its shared
 * state.
 */
export async function reach(
  terminal: Terminal,
  options: FileOption & StateOption & ZoneOption,
  { anywhere = true }: { readonly anywhere?: boolean } = {},
): Promise<Reached | Unreached> {
  checkTimezone(options.timezone);
  const clock = createSystemClock();
  const located = await locate(terminal, options.file, clock.now());
  const { file, paths } = placeOf(located, terminal, options.state);
  const name = writtenName(file ?? options.state, terminal);
  const place = anywhere ? sharedStateOf(located, options) : undefined;
  const connect = () => connectHereOr(place, { paths, name, clock });
  const connecting = await connect();
  if (connecting.kind === 'refused') return unreached(connecting.reason);
  const nearer = await runningNearer(located, terminal, options);
  if (connecting.kind !== 'connected') {
    const absence = whyAbsent({ located, paths, name }, terminal, options);
    return { ...absence, lines: [...absence.lines, ...linesOn(nearer)] };
  }
  const { client } = connecting;
  const timezone = options.timezone ?? located.timezone;
  const zone = async () => timezone ?? (await zoneOfRunning(client));
  const unread = file === undefined ? undefined : whyUnread(located, name);
  return {
    client,
    change: changing(client, terminal),
    connect,
    file: name,
    zone,
    unread: unread ?? remark(name, nearer),
  };
}

const writtenName = (path: string | undefined, { cwd }: Terminal): string => shortPath(path ?? '', cwd);

const linesOn = (nearer: string | undefined): readonly string[] =>
  nearer === undefined
    ? []
    : [`timers: the scheduler of ${nearer}, which no longer exists, is running. ${wayTo(nearer)}`];

const remark = (name: string, nearer: string | undefined): string | undefined =>
  nearer && `this is the scheduler of ${name}, not that of ${nearer}, which no longer exists. ${wayTo(nearer)}`;

/** Returns the shared state of a timer file; `undefined` if its state is a file or in memory. */
function sharedStateOf({ state }: Located, { state: named }: StateOption): SharedPlace | undefined {
  if (named !== undefined) return namedShared(named);
  return state?.kind === 'shared' ? state : undefined;
}

interface Dialing {
  readonly paths: readonly string[];
  readonly name: string;
  readonly clock: Clock;
}

/** Connects over the shared state only if no scheduler runs on this machine. */
async function connectHereOr(place: SharedPlace | undefined, { paths, name, clock }: Dialing): Promise<Connecting> {
  const here = await connectToScheduler(paths, userId(), clock);
  if (here.kind !== 'absent' || place === undefined) return here;
  const { connectOverState } = await import('../daemon/shared/connect-over-state.js');
  const connecting = await connectOverState(place, clock);
  if (connecting.kind !== 'refused') return connecting;
  return { kind: 'refused', reason: `no scheduler of ${name} runs on this machine, and ${connecting.reason}` };
}

const wayTo = (file: string): string => `To reach that scheduler, add -f ${file}`;

/**
 * Returns a nearer timer file that was removed while its scheduler keeps running. The found file applies anyway, as for
 * `start`, so that request and file match.
 */
async function runningNearer(
  { named }: Located,
  terminal: Terminal,
  { file, state }: FileOption & StateOption,
): Promise<string | undefined> {
  if (named === undefined || file !== undefined || state !== undefined) return undefined;
  const places = possibleFiles(terminal.cwd);
  for (const place of places.slice(0, Math.max(0, places.indexOf(named)))) {
    const paths = wordOf([place], terminal);
    const found = paths.length > 0 && (await connectToScheduler(paths, userId(), createSystemClock()));
    if (found && found.kind === 'connected') {
      found.client.close();
      return shortPath(place, terminal.cwd);
    }
  }
  return undefined;
}

const changing =
  (client: SchedulerClient, terminal: Terminal): Reached['change'] =>
  async (verb, args) => {
    const answer = await client.request(verb, args);
    const { keeping } = answer as { keeping?: Keeping };
    if (keeping === 'unrecorded') terminal.err(`timers: ${UNRECORDED}`);
    if (keeping === 'memory' && LASTING.has(verb)) terminal.err(`timers: ${IN_MEMORY}`);
    return answer;
  };

const UNREACHABLE = 'no scheduler can be reached here, because no folder can hold a control socket';

const unreached = (why: string): Unreached => ({ lines: [visible(`timers: ${why}`)], isUnknown: false });

function whyAbsent(
  { located, paths, name }: { located: Located; paths: readonly string[]; name: string },
  terminal: Terminal,
  options: FileOption & StateOption,
): Unreached {
  const faults = paths.map((path) => impossibility(path, userId()) ?? '');
  if (paths.length > 0 && !faults.includes(''))
    return { ...unreached(`${UNREACHABLE}: ${[...new Set(faults)].join('; ')}`), isUnknown: true };
  if (located.problems.length === 0) return unreached(absent(name, options));
  return { lines: renderLoaded({ ...located, source: '' }, terminal, terminal.color.err), isUnknown: false };
}

function whyUnread({ path, problems: [problem] }: Located, name: string): string | undefined {
  return path === undefined ? `the file ${name} no longer exists` : problem?.message;
}

export const isUnreached = (reached: Reached | Unreached): reached is Unreached => 'lines' in reached;

/**
 * Returns why the scheduler rejected a request. @throws UsageError if the request was wrong; rethrows any other error.
 */
function refusalOf(error: unknown): string {
  if (error instanceof RefusalError && WRONG_USAGE.has(error.code)) throw new UsageError(error.message);
  if (error instanceof RefusalError || error instanceof LostError) return error.message;
  throw error;
}

/** The timer file, and where its scheduler may be. */
interface SchedulerSought {
  readonly file: string | undefined;
  readonly paths: readonly string[];
}

/**
 * Finds where the scheduler may be, even if the file cannot be read or now names another state. For these cases, the
 * scheduler left a pointer to its socket.
 */
function placeOf(located: Located, terminal: Terminal, named: string | undefined): SchedulerSought {
  const { path, named: file = path } = located;
  if (path === undefined || file === undefined) return placeWithoutFile(terminal, named);
  const states = located.state === undefined ? LIKELY_STATES : [located.state];
  const paths = states.flatMap((state) => socketPathsOf({ path, settings: { state } }, terminal, named));
  // A state named with `--state` takes precedence.
  if (named !== undefined) return { file, paths };
  return { file, paths: [...paths, ...wordOf([path, file], terminal)] };
}

const wordOf = (files: readonly string[], terminal: Terminal): readonly string[] =>
  readSocketPointers(
    files.flatMap((file) => wordPathsOf(file, terminal)),
    userId(),
  );

/**
 * Finds where the scheduler of a removed file may be. A scheduler can outlive its file, so the former places of the
 * file are searched.
 */
function placeWithoutFile(terminal: Terminal, named: string | undefined): SchedulerSought {
  if (named !== undefined) {
    const state = namedStatePath(named, terminal.cwd);
    return { file: undefined, paths: state === undefined ? [] : socketPaths({ state, file: '', folders: [] }) };
  }
  const words = possibleFiles(terminal.cwd).map((file) => ({ file, paths: wordOf([file], terminal) }));
  const left = words.filter(({ paths }) => paths.length > 0);
  return { file: left[0]?.file, paths: left.flatMap(({ paths }) => paths) };
}

const LIKELY_STATES = [{ kind: 'default' }, { kind: 'memory' }] as const;

function absent(file: string, { file: named, state }: FileOption & StateOption): string {
  const options = [...(named === undefined ? [] : ['-f', named]), ...(state === undefined ? [] : ['--state', state])];
  return `no scheduler of ${file} is running. Start it: ${['timers', 'start', ...options].join(' ')}`;
}
