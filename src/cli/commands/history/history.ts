import { createSystemClock } from '../../../clocks/system.js';
import type { History } from '../../../domain/ledger.js';
import type { Instant } from '../../../domain/time.js';
import { UsageError, type ExitCode } from '../../command.js';
import { checkNames, find, type Found, readFilter, type HistoryArguments, type HistoryFilter } from './filter.js';
import { sayUnread } from '../../load.js';
import { loadReadableOrRunning } from '../../load-readable.js';
import type { FileOption, JsonOption, StateOption, ZoneOption } from '../../options.js';
import { printInTurns } from './print-in-turns.js';
import { isUsed, nothingRecorded, readHistory, shownPlace, warnOfInvalid } from '../../read-history.js';
import { historyLines, type PastPrinting } from '../../render/history.js';
import { printRun } from './render-run.js';
import { historyOf, likelyStateOf, namedHistory, type HistoryPlace } from '../../../daemon/state.js';
import type { Terminal } from '../../terminal.js';
import { checkPastWindow } from '../../read-window.js';
import { zoneOf } from '../../zone.js';

/** The options on the command line. */
export interface HistoryOptions
  extends FileOption, StateOption, JsonOption, ZoneOption, Omit<HistoryArguments, 'names'> {
  /** A run id or a prefix of one. */
  readonly run?: string;
}

/**
 * Shows the recorded outcomes of the named timers, of all timers, or all details of one run. Returns the exit code: 1
 * if there is no history to read.
 */
export async function showHistory(
  terminal: Terminal,
  names: readonly string[],
  options: HistoryOptions,
): Promise<ExitCode> {
  const now = createSystemClock().now();
  if (options.run !== undefined && names.length > 0) throw new UsageError('--run shows one run; leave out the names');
  // Errors in the options are reported before errors in the file.
  readFilter({ ...options, names, since: undefined, until: undefined }, { now, timezone: zoneOf(options, undefined) });
  checkPastWindow(options, { now, timezone: zoneOf(options, undefined) });
  const recorded = await findState(terminal, options, now);
  if (recorded === undefined) return 1;
  const { place, jobNames, settings } = recorded;
  const here = { now, timezone: zoneOf(options, settings) };
  const filter = readFilter({ ...options, names }, here);
  const shown = shownPlace(place, terminal.cwd);
  const reading = await readHistory(place, async (history) => {
    const printing = { terminal, ...here, asJson: options.json === true, hasScheduler: isUsed(place) };
    checkNames(names, jobNames, history);
    if (options.run !== undefined) showRun(history, options.run, printing);
    else await showEndings(history, filter, { ...printing, path: shown });
  });
  warnOfInvalid(terminal, shown, reading);
  if (reading.kind === 'none') {
    if (jobNames.length > 0) checkNames(names, jobNames);
    const way = reading.reason === undefined ? '"timers start" creates it.' : 'For another place, pass --state <path>';
    terminal.err(`${nothingRecorded(shown, reading)} ${way}`);
  }
  if (reading.kind !== 'unavailable') return 0;
  terminal.err(`timers: the state ${shown} cannot be read: ${reading.reason}`);
  return 1;
}

/** Where the history is, and what the timer file says about it. */
interface Recorded {
  readonly place: HistoryPlace;
  /** The names of the timers that could be read. */
  readonly jobNames: readonly string[];
  readonly settings: { readonly timezone: string } | undefined;
}

/**
 * Finds the history, and the timers of the file. A state named with `--state` needs no timer file. Prints the reason if
 * there is no history.
 */
async function findState(
  terminal: Terminal,
  options: FileOption & StateOption,
  now: Instant,
): Promise<Recorded | undefined> {
  const named = options.file === undefined && options.state !== undefined && namedHistory(options.state, terminal.cwd);
  if (named) return { place: named, jobNames: [], settings: undefined };
  const found = await loadReadableOrRunning(terminal, { ...options, now });
  const { loaded, readable } = found;
  sayUnread(terminal, found);
  if (readable === undefined) return recordedFor(loaded.path, terminal, options);
  const place = historyOf(readable, terminal, options.state);
  if (!('reason' in place))
    return { place, jobNames: readable.jobs.map(({ name }) => name), settings: readable.settings };
  terminal.err(`timers: there is no history: ${place.reason}`);
  return undefined;
}

/** Finds the history of a file that cannot be read at all. */
function recordedFor(
  file: string | undefined,
  terminal: Terminal,
  { state: named }: StateOption,
): Recorded | undefined {
  const likely = file === undefined || named !== undefined ? undefined : likelyStateOf(file, terminal);
  const ofFile = likely === undefined ? undefined : { path: likely };
  const place = named === undefined ? ofFile : namedHistory(named, terminal.cwd);
  if (place !== undefined) return { place, jobNames: [], settings: undefined };
  terminal.err('timers: to read the history without a timer file, pass --state <path>');
  return undefined;
}

function showRun(history: History, id: string, printing: PastPrinting): void {
  const run = history.run(id);
  if (run === undefined) throw new UsageError(`--run: ${whyNoRun(history, id)}`);
  printRun(run, printing);
}

/** At most this many ids are listed if several share a prefix. */
const MOST_NAMED = 5;

function whyNoRun(history: History, id: string): string {
  const found = history.runIds(id, MOST_NAMED + 1);
  if (found.length === 0) return `no run has an id that begins with "${id}"; timers history shows the ids under RUN`;
  const more = found.length > MOST_NAMED ? ' and more' : '';
  return `several runs have ids that begin with "${id}": ${found.slice(0, MOST_NAMED).join(', ')}${more}`;
}

async function showEndings(
  history: History,
  filter: HistoryFilter,
  printing: PastPrinting & { readonly path: string },
): Promise<void> {
  const { terminal } = printing;
  const found = find(history, filter);
  const lines = historyLines({ ...found, endingsOf: (numbers) => history.numbered(numbers) }, printing);
  await printInTurns(terminal, lines, createSystemClock());
  terminal.err(...remarksOn(found, filter, printing));
}

/** Says that more outcomes exist. JSON output does not mention the default limit, which is meant for screens. */
const remarkOnCut = ({ count, since }: HistoryFilter, asJson: boolean): readonly string[] =>
  asJson && since === undefined ? [] : [`These are the latest ${count}; use -n to show more.`];

/** Returns what the table does not show: the zone of its times, or that it is empty. */
function remarksOn(
  found: Found,
  filter: HistoryFilter,
  { timezone, asJson, path }: PastPrinting & { readonly path: string },
): readonly string[] {
  if (found.numbers.length > 0 || (!asJson && found.open.length > 0)) {
    const zone = asJson ? [] : [`Times are in ${timezone}.`];
    return found.isCut ? [...zone, ...remarkOnCut(filter, asJson)] : zone;
  }
  const { names, statuses, since, until } = filter;
  const isFiltered = names.length > 0 || statuses.length > 0 || since !== undefined || until !== undefined;
  return [isFiltered ? `Nothing in ${path} matches.` : `Nothing is recorded yet in ${path}.`];
}
