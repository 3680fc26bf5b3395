import { Chalk, type ChalkInstance } from 'chalk';
import { DAY, MINUTE } from '../../../domain/time.js';
import { formatLocal, localTime } from '../../../schedules/index.js';
import { DEFAULT_RUN_TIME } from '../../../simulation/recorded-run-times.js';
import type { Outlook } from '../../../simulation/simulate-with-rules.js';
import { humanDuration } from '../../../domain/human-duration.js';
import { busiestOf, type Proposal, type SimulatedRunTimes, type SimulationReport } from './report.js';
import { hasUnicode, tableWidth, type Terminal } from '../../terminal.js';
import { renderBars } from './bars.js';
import { clockMinute } from './clock-minute.js';
import { renderRules } from './render-rules.js';
import { renderJitter, renderTotals, renderTroubles, renderWaits } from './render-timers.js';
import { separated } from '../../render/separated.js';
import { renderTable } from '../../render/table.js';
import { harmless } from '../../render/cells.js';
import { counted } from '../../../text/counted.js';

/** How many of the busiest minutes are shown. */
const BUSIEST = 10;
/** At most this many names and clock changes are shown. */
const MOST = 12;

/** A heading and its lines. Omitted if there are no lines. */
interface Section {
  readonly head: string;
  readonly lines: readonly string[];
}

/** Prints the prediction as text. */
export function printSimulation(report: SimulationReport, terminal: Terminal): void {
  const paint = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const { plan, worst, suggestion, clockChanges } = report;
  const page: Page = { report, terminal, paint };
  const sections: Section[] = [
    headOf(page),
    ...outlookSections(plan, page, 'p50'),
    { head: 'First starts, moved by jitter', lines: renderJitter(plan, report.span, tableWidth(terminal)) },
    busyMinutes(plan, page),
    { head: 'Clock changes', lines: shortened(clockChanges.map(changeInWords)) },
    ...(worst ? worstSections(worst, page) : []),
    ...(suggestion ? [suggestionOf(suggestion, page)] : []),
    { head: 'Rules', lines: renderRules(report, paint) },
  ];
  const blocks = sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ head, lines }) => [...(head === '' ? [] : [paint.bold(head)]), ...lines]);
  terminal.outPainted(...separated(blocks));
}

interface Page {
  readonly report: SimulationReport;
  readonly terminal: Terminal;
  readonly paint: ChalkInstance;
}

function headOf({ report, terminal }: Page): Section {
  const { file, span, timezone, runTimes, plan } = report;
  const timers = plan.tally.jobs.size;
  const ends = [span.from, span.until].map((instant) => localTime(instant, timezone));
  const { width } = terminal;
  const head = [harmless(file), counted(timers, 'timer'), inDays(span.until - span.from)];
  return {
    head: [...head, runTimesInWords(runTimes)].join(' · '),
    lines: [...fitted(`${ends.join(' to ')} ${timezone}`, width), ...unknownIn(runTimes, width)],
  };
}

/** Moves the last word to its own line if it does not fit. */
const fitted = (text: string, width: number): readonly string[] =>
  text.length > width ? text.split(/ (?=\S+$)/) : [text];

const inDays = (length: number): string => (length === DAY ? '24 h' : humanDuration(length));

function runTimesInWords({ source, asked, byName }: SimulatedRunTimes): string {
  if (source === 'recorded') return 'recorded run times';
  if (source === 'file') return `run times of ${harmless(asked)}`;
  const [always = DEFAULT_RUN_TIME] = byName.values();
  return `a run takes ${humanDuration(always.p50)}`;
}

function unknownIn({ unknown }: SimulatedRunTimes, width: number): readonly string[] {
  if (unknown.length === 0) return [];
  const named = `No run time is known, so ${humanDuration(DEFAULT_RUN_TIME.p50)} is assumed: ${unknown.join(', ')}`;
  return [
    named.length <= width ? named : `No run time is known for ${counted(unknown.length, 'timer')}, so 1 s is assumed.`,
  ];
}

function outlookSections(outlook: Outlook, { report, terminal, paint }: Page, which: 'p50' | 'p95'): Section[] {
  const width = tableWidth(terminal);
  return [
    { head: '', lines: renderTotals(outlook, { runTimes: report.runTimes, which, width, paint }) },
    { head: 'Overlaps, skips and failures', lines: renderTroubles(outlook, width) },
    { head: 'Longest waits, for a slot or for the previous run', lines: renderWaits(outlook, width) },
  ];
}

function worstSections(worst: Outlook, page: Page): Section[] {
  return outlookSections(worst, page, 'p95').map(({ head, lines }) => ({
    head: `Worst case: ${head === '' ? 'every run takes its p95' : head.toLowerCase()}`,
    lines,
  }));
}

function busyMinutes({ tally }: Outlook, { report, terminal }: Page): Section {
  const { span, timezone } = report;
  const isLong = span.until - span.from > DAY;
  const busiest = tally.minutes.busiest(BUSIEST);
  // A single start gets a bar only if nothing is busier.
  const minutes = busiest.filter(({ starts }) => starts > 1 || busiest[0]?.starts === 1);
  const bars = minutes.map(({ minute, starts, atOnce, times, firstAt }) => {
    const often = times === 1 ? 'once' : `${times} times`;
    const when = isLong ? `, ${often}, first ${formatLocal(firstAt, timezone).slice(0, 10)}` : '';
    return { label: clockMinute(minute * MINUTE), value: starts, note: `${atOnce} at once${when}` };
  });
  const { value, firstAt } = tally.peak;
  const limit = value === report.concurrency ? ', the limit' : '';
  const most = firstAt === undefined ? [] : [`  Most at once: ${value}${limit}, first ${localTime(firstAt, timezone)}`];
  return {
    head: `Busiest minutes, by starts (${timezone})`,
    lines: [...renderBars(bars, { width: terminal.width, hasBlocks: hasUnicode(terminal) }), ...most],
  };
}

/** Describes a clock change: `Sun 2027-03-28  02:00 → 03:00  Europe/Berlin`. */
function changeInWords({ timezone, at, before, after }: SimulationReport['clockChanges'][number]): string {
  const date = localTime(at - 1, timezone).slice(0, 14);
  const [shown, then] = [at + before, at + after].map((wall) => new Date(wall).toISOString().slice(11, 16));
  return `  ${date}  ${shown ?? ''} → ${then ?? ''}  ${timezone}`;
}

const shortened = (lines: readonly string[]): readonly string[] =>
  lines.length <= MOST ? lines : [...lines.slice(0, MOST), `  and ${lines.length - MOST} more`];

function suggestionOf({ moves, after }: Proposal, { report, terminal }: Page): Section {
  const before = report.plan;
  if (moves.length === 0) {
    const line = '  None: no other minutes would relieve the busiest ones.';
    return { head: 'Suggestion', lines: [line] };
  }
  const starts = `${busiestOf(before).starts} → ${counted(busiestOf(after).starts, 'start')} in the busiest minute`;
  const atOnce = `${before.tally.peak.value} → ${after.tally.peak.value} at once`;
  const rows = moves.map(({ job, move }) => [`  ${job.name}`, inYaml(job.written), '→', inYaml(move.written)]);
  return {
    head: 'Suggestion (the file is not changed)',
    lines: [`  ${starts}, ${atOnce}`, ...renderTable(rows, { width: tableWidth(terminal), flexible: [0] })],
  };
}

/** Formats a key and its value as in the timer file. */
function inYaml({ key, text }: { readonly key: string; readonly text: string }): string {
  if (key === 'cron') return `cron: "${text}"`;
  const [interval = '', offset] = text.split(' + ');
  return offset === undefined ? `${key}: ${interval}` : `${key}: {interval: ${interval}, offset: ${offset}}`;
}
