import type { ChalkInstance } from 'chalk';
import type { Duration, Instant, TimeSpan } from '../../../domain/time.js';
import { totalOf, type Count, type JobTally } from '../../../simulation/job-tally.js';
import type { Outlook } from '../../../simulation/simulate-with-rules.js';
import { humanDuration } from '../../../domain/human-duration.js';
import { fullStartInWords } from '../../render/firings.js';
import { firstOf, type SimulatedRunTimes } from './report.js';
import { localTime } from '../../../schedules/index.js';
import { renderTable } from '../../render/table.js';

interface TotalsView {
  readonly runTimes: SimulatedRunTimes;
  readonly which: 'p50' | 'p95';
  readonly width: number;
  readonly paint: ChalkInstance;
}

const HEAD = ['TIMER', 'RUNS', 'SKIPPED', 'MISSED', 'WAITED', 'LONGEST WAIT', 'AT ONCE', 'TAKES'];

/** Renders one row per timer, and a row for all of them. Run times are shown if they differ between timers. */
export function renderTotals({ tally }: Outlook, { runTimes, which, width, paint }: TotalsView): readonly string[] {
  const tallies = [...tally.jobs.values()];
  const takes = (name: string) => durationOrNone(runTimes.byName.get(name)?.[which] ?? 0);
  const rows = tallies.map((job) => [job.job.name, ...measuresOf(job), takes(job.job.name)]);
  const sum = ['all', ...measuresOfAll(tallies, tally.peak.value), ''];
  const all = [HEAD, ...rows, ...(rows.length > 1 ? [sum] : [])];
  const shown = runTimes.source === 'fixed' ? all.map((row) => row.slice(0, -1)) : all;
  const [head = '', ...lines] = renderTable(flushRight(shown), { width, flexible: [0] });
  return [paint.dim(head), ...lines];
}

const measuresOf = ({ runs, skips, missed, waits, longestWait, atOnce }: JobTally): readonly string[] => [
  amount(runs.total),
  amount(totalOf(skips.values())),
  amount(missed.total),
  amount(waits.total),
  durationOrNone(longestWait.value),
  amount(atOnce.value),
];

const measuresOfAll = (jobs: readonly JobTally[], peak: number): readonly string[] => [
  amount(totalOf(jobs.map(({ runs }) => runs))),
  amount(totalOf(jobs.flatMap(({ skips }) => [...skips.values()]))),
  amount(totalOf(jobs.map(({ missed }) => missed))),
  amount(totalOf(jobs.map(({ waits }) => waits))),
  durationOrNone(Math.max(...jobs.map(({ longestWait }) => longestWait.value))),
  amount(peak),
];

const amount = (value: number): string => (value === 0 ? '-' : String(value));
const durationOrNone = (duration: Duration): string => (duration === 0 ? '-' : humanDuration(duration));

/** Right-aligns all columns except the first. */
function flushRight(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] ?? 0))));
}

/** Renders the first start of each timer that jitter moves, with the nominal time. */
export function renderJitter({ tally }: Outlook, span: TimeSpan, width: number): readonly string[] {
  const rows = Array.from(tally.jobs.values(), ({ job }) => ({ job, due: firstOf(job, span) })).flatMap(
    ({ job, due }) =>
      job.offset === 0 || due === undefined
        ? []
        : [[`  ${job.name}`, fullStartInWords({ due, offset: job.offset }, job.timezone)]],
  );
  return renderTable(rows, { width, flexible: [0] });
}

/** Renders everything except plain successes, by timer: how often it happens, and when first. */
export function renderTroubles({ tally }: Outlook, width: number): readonly string[] {
  const rows = [...tally.jobs.values()].flatMap((job) =>
    troublesOf(job).map(([words, { total, firstAt }]) => [
      `  ${job.job.name}`,
      `${total} ${words}`,
      firstAt === undefined ? '' : `first ${timeOf(firstAt, job)}`,
    ]),
  );
  return renderTable(rows, { width, flexible: [0] });
}

function troublesOf({ overlaps, skips, missed, failures, fallbacks }: JobTally): readonly [string, Count][] {
  // If all overlapping firings were skipped, the row of skips already shows them.
  const isToldBySkips = overlaps.total === skips.get('overlap')?.total;
  const all: [string, Count][] = [
    ...(isToldBySkips ? [] : [['due during its own run', overlaps] satisfies [string, Count]]),
    ...Array.from(skips, ([reason, count]): [string, Count] => [`skipped (${reason})`, count]),
    ['missed', missed],
    ...Array.from(failures, ([status, count]): [string, Count] => [`ended as ${status}`, count]),
    ['ran the fallback', fallbacks],
  ];
  return all.filter(([, { total }]) => total > 0);
}

/** Renders the timers that wait, longest wait first. */
export function renderWaits({ tally }: Outlook, width: number): readonly string[] {
  const waiting = [...tally.jobs.values()].filter(({ waits }) => waits.total > 0);
  const rows = waiting
    .sort((one, other) => other.longestWait.value - one.longestWait.value)
    .map((job) => [
      `  ${job.job.name}`,
      `${job.waits.total} waited`,
      `up to ${humanDuration(job.longestWait.value)},`,
      job.longestWait.firstAt === undefined ? '' : `until ${timeOf(job.longestWait.firstAt, job)}`,
    ]);
  return renderTable(rows, { width, flexible: [0] });
}

/** Formats a local time without the weekday. */
const timeOf = (instant: Instant, { job }: JobTally): string => localTime(instant, job.timezone).slice(4);
