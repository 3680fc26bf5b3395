import { quoted } from '../../../text/quoted.js';
import { readdirSync } from 'node:fs';
import { readableFile, type Diagnostic, type Loaded, type ReadableFile } from '../../../config/index.js';
import type { Job } from '../../../domain/job.js';
import type { Instant } from '../../../domain/time.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import { fieldsInWords, goesByLocalTime, scheduleKinds, type FieldInWords } from '../../../schedules/index.js';
import { ScheduleError, type ScheduleWarning } from '../../../schedules/kind.js';
import { zoneOutlooks, type ForeseenJob, type ZoneOutlook } from '../../render/clock-change-outlook.js';
import { localZone, thisMachine } from '../../../this-machine.js';
import { undoExpandedStars } from './expanded-stars.js';
import { orRunning } from '../../load-readable.js';
import { isOfUse, jobNamed, loadForeseeing, locate, renderLoaded, sayUnread, shortPath } from '../../load.js';
import { renderProblems } from '../../render/diagnostics.js';
import type { Terminal } from '../../terminal.js';
import { checkTimezone } from '../../zone.js';

export interface Explaining {
  readonly now: Instant;
  readonly count: number;
  readonly file: string | undefined;
  /** IANA name, not yet checked. */
  readonly timezone: string | undefined;
}

/** A timer of the file, or a bare expression, which is a timer without a name. */
export interface Explained extends ForeseenJob, Pick<Job, 'written' | 'breaker' | 'fallback'> {
  /** Warnings about the timer or expression, and the text that they refer to. */
  readonly problems: readonly Diagnostic[];
  readonly source: string;
  readonly file: string | undefined;
}

export interface Explanation {
  readonly explained: Explained;
  /** One entry for each cron expression. */
  readonly expressions: readonly { readonly text: string; readonly fields: readonly FieldInWords[] }[];
  readonly firings: readonly Instant[];
  /** IANA name: the zone in which firings are shown. */
  readonly zone: string;
  /** Where the zone comes from, in words. Absent if a timer or the command line names it. */
  readonly zoneFrom?: string;
  readonly outlook: ZoneOutlook | undefined;
}

/** Matches timer names, but no cron expression. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Explains the timer or the expression on the command line. If it is invalid, reports that and returns `undefined`.
 * @throws UsageError if the timer or zone is unknown, or the shell expanded the expression.
 */
export async function explainWords(
  terminal: Terminal,
  words: readonly string[],
  { now, count, file, timezone }: Explaining,
): Promise<Explanation | undefined> {
  checkTimezone(timezone);
  const [first = ''] = words;
  if (words.length === 1 && NAME.test(first)) {
    const found = await findTimer(terminal, first, { file, now });
    return found && { ...explanationOf(found, now, count), zone: timezone ?? found.timezone };
  }
  const origin = timezone === undefined ? await zoneOfPlace(terminal, file, now) : { zone: timezone };
  const read = origin && readAlone(terminal, words, { timezone: origin.zone, now });
  return read && { ...explanationOf(read, now, count), ...origin };
}

/**
 * Returns the zone of a bare expression if the command line names none. Reports an unreadable named file, and returns
 * `undefined`.
 */
async function zoneOfPlace(
  terminal: Terminal,
  file: string | undefined,
  now: Instant,
): Promise<Pick<Explanation, 'zone' | 'zoneFrom'> | undefined> {
  const located = await locate(terminal, file, now);
  const { path, timezone, problems } = located;
  if (problems.length > 0 && (file !== undefined || path !== undefined)) {
    terminal.errPainted(...renderLoaded({ ...located, source: '' }, terminal, terminal.color.err));
    if (file !== undefined) return undefined;
  }
  if (timezone === undefined || path === undefined)
    return { zone: systemZoneOf(terminal), zoneFrom: 'the system time zone' };
  return { zone: timezone, zoneFrom: `timezone of ${shortPath(located.named ?? path, terminal.cwd)}` };
}

/** Returns the system time zone, and reports an invalid TZ. */
function systemZoneOf(terminal: Terminal): string {
  const { name, unknown } = localZone();
  if (unknown !== undefined)
    terminal.err(
      `timers: warning: TZ is set to ${quoted(unknown)}, which is not a time zone, so ${name} is used. Pass one: --timezone Europe/Berlin`,
    );
  return name;
}

/** Finds the timer of that name, or reports why its file cannot be used. */
async function findTimer(
  terminal: Terminal,
  name: string,
  { file, now }: { file: string | undefined; now: Instant },
): Promise<Explained | undefined> {
  const loaded = await loadForeseeing(terminal, file, now);
  const asked = { now, ...(file !== undefined && { file }) };
  const found = await orRunning({ loaded, readable: readableFile(loaded, thisMachine(now)) }, terminal, asked);
  const readable = found.readable && isOfUse(found.readable, [name]) ? found.readable : undefined;
  if (loaded.timerFile === undefined) sayUnread(terminal, { ...found, readable });
  if (readable === undefined) return undefined;
  const job = jobNamed(readable, name);
  const { source, path = readable.path } = loaded;
  return { ...job, problems: problemsOf(job, loaded, readable), source, file: shortPath(path, terminal.cwd) };
}

/**
 * Returns the warnings about one timer. Those about clock changes are excluded, because they are in a separate block.
 */
function problemsOf({ name }: Job, { problems }: Loaded, { jobs }: ReadableFile): readonly Diagnostic[] {
  const isIn = (path: string, owner: string) => path.startsWith(`timers.${owner}.`);
  const longer = jobs.filter((other) => other.name.startsWith(`${name}.`));
  return problems.filter(
    ({ path, code, severity }) =>
      severity === 'warning' &&
      isIn(path, name) &&
      !longer.some((other) => isIn(path, other.name)) &&
      !code.startsWith('dst-'),
  );
}

/** Reads a bare expression, and reports its errors. */
function readAlone(
  terminal: Terminal,
  words: readonly string[],
  { timezone, now }: { timezone: string; now: Instant },
): Explained | undefined {
  const source = undoExpandedStars(words, words.length > 1 ? readdirSync(terminal.cwd) : []);
  const cron = scheduleKinds.find(({ key }) => key === 'cron');
  try {
    const dst = { gap: 'after', repeat: 'first' } as const;
    const parsed = cron?.parse(source, { timezone, dst, start: now, seed: '' });
    if (parsed === undefined) throw new Error('there is no cron');
    const problems = parsed.warnings.map((warning) => diagnosticOf(warning, 'warning'));
    const written = { key: 'cron', text: source };
    return {
      name: source,
      enabled: true,
      offset: 0,
      schedule: parsed.schedule,
      timezone,
      window: {},
      written,
      problems,
      source,
      file: undefined,
    };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    const { width, color } = terminal;
    const problems = [diagnosticOf(error, 'error')];
    terminal.errPainted(...renderProblems({ file: undefined, source, problems, width, color: color.err }));
    return undefined;
  }
}

function diagnosticOf(
  { code, message, hint, place }: ScheduleWarning | ScheduleError,
  severity: Diagnostic['severity'],
): Diagnostic {
  const [start, end] = place?.span ?? [0, 1];
  const where = { line: 1, column: start + 1, endColumn: end + 1, path: '' };
  return { severity, code, message, ...(hint !== undefined && { hint }), ...where };
}

function explanationOf(explained: Explained, now: Instant, count: number): Omit<Explanation, 'zone'> {
  const { written, name, file } = explained;
  const texts = written.key === 'cron' ? written.text.split(' | ') : [];
  const seed = file === undefined ? '' : name;
  const firings: Instant[] = [];
  let next = explained.enabled ? nextInWindow(explained, now - explained.offset) : undefined;
  while (next !== undefined && firings.length < count) {
    firings.push(next);
    next = nextInWindow(explained, next);
  }
  const expressions = texts.map((text) => ({ text, fields: fieldsInWords(text, seed) }));
  return {
    explained,
    expressions,
    firings,
    outlook: goesByLocalTime(explained.schedule) ? zoneOutlooks([explained], now)[0] : undefined,
  };
}
