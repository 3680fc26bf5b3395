import { MINUTE, toTimestamp, type Instant, type TimeSpan } from '../../../domain/time.js';
import type { Job } from '../../../domain/job.js';
import { formatLocal } from '../../../schedules/index.js';
import type { BusyMinute } from '../../../simulation/busy-minutes.js';
import type { RuleVerdict } from '../../../simulation/judge.js';
import { totalOf, type Count, type JobTally } from '../../../simulation/job-tally.js';
import type { Outlook } from '../../../simulation/simulate-with-rules.js';
import { busiestOf, firstOf, type Proposal, type SimulationReport } from './report.js';
import { clockMinute } from './clock-minute.js';

/** How many of the busiest minutes are reported. */
const BUSIEST = 10;

/** Returns what `simulate --json` prints. */
export function simulationToJson(report: SimulationReport) {
  const { file, timezone, span, seed, concurrency, runTimes, plan, worst, clockChanges, suggestion } = report;
  return {
    file,
    timezone,
    from: toTimestamp(span.from),
    to: toTimestamp(span.until),
    seed,
    concurrency: concurrency ?? null,
    durations: { source: runTimes.source, asked: runTimes.asked, unknown: runTimes.unknown },
    holds: [plan, ...(worst ? [worst] : [])].every(({ verdicts }) => verdicts.every(({ holds }) => holds)),
    plan: ofOutlook(plan, report, 'p50'),
    worst_case: worst === undefined ? null : ofOutlook(worst, report, 'p95'),
    clock_changes: clockChanges.map(({ timezone: zone, at }) => ({
      timezone: zone,
      at: toTimestamp(at),
      local_before: formatLocal(at - 1, zone),
      local_after: formatLocal(at, zone),
    })),
    suggestion: suggestion === undefined ? null : ofProposal(suggestion, plan),
  };
}

function ofOutlook(
  { tally, verdicts }: Outlook,
  { runTimes: { byName }, span }: SimulationReport,
  which: 'p50' | 'p95',
) {
  const jobs = [...tally.jobs.values()];
  return {
    max_concurrent: tally.peak.value,
    max_concurrent_at: timestampOf(tally.peak.firstAt),
    timers: jobs.map((job) => ({
      ...ofJob(job, byName.get(job.job.name)?.[which] ?? null),
      ...ofFirst(job.job, span),
    })),
    busiest_minutes: tally.minutes.busiest(BUSIEST).map(ofMinute),
    rules: verdicts.map(ofVerdict),
  };
}

const ofJob = (tally: JobTally, runTime: number | null) => ({
  task_name: tally.job.name,
  jitter_ms: tally.job.offset,
  run_time_ms: runTime,
  runs: tally.runs.total,
  skipped: totalOf(tally.skips.values()),
  skipped_by_reason: ofCounts(tally.skips),
  missed: tally.missed.total,
  failed: totalOf(tally.failures.values()),
  failed_by_status: ofCounts(tally.failures),
  fallbacks: tally.fallbacks.total,
  first_fallback_at: timestampOf(tally.fallbacks.firstAt),
  overlaps: tally.overlaps.total,
  first_overlap_at: timestampOf(tally.overlaps.firstAt),
  waited: tally.waits.total,
  longest_wait_ms: tally.longestWait.value,
  longest_wait_at: timestampOf(tally.longestWait.firstAt),
  max_concurrent: tally.atOnce.value,
});

/** Returns the first firing: its nominal instant, and its start without any wait. */
function ofFirst(job: Job, span: TimeSpan) {
  const first = firstOf(job, span);
  const starts = first === undefined ? undefined : first + job.offset;
  return { first_scheduled_at: timestampOf(first), first_starts_at: timestampOf(starts) };
}

const ofCounts = (counts: ReadonlyMap<string, Count>) =>
  Object.fromEntries(
    Array.from(counts, ([word, { total, firstAt }]) => [word, { count: total, first_at: timestampOf(firstAt) }]),
  );

const ofMinute = ({ minute, starts, atOnce, times, firstAt }: BusyMinute) => ({
  local_time: clockMinute(minute * MINUTE),
  starts,
  max_concurrent: atOnce,
  times,
  first_at: toTimestamp(firstAt),
});

const ofVerdict = ({ rule, holds, breaches, first, sentence }: RuleVerdict) => ({
  rule: rule.text,
  holds,
  breaches,
  first: first.map(({ job, at, running, waited }) => ({
    task_name: job.name,
    at: toTimestamp(at),
    concurrent: running,
    waited_ms: waited,
  })),
  message: sentence ?? null,
});

const ofProposal = ({ moves, after }: Proposal, before: Outlook) => ({
  moves: moves.map(({ job, move }) => ({
    task_name: job.name,
    key: move.written.key,
    from: job.written.text,
    to: move.written.text,
    by_ms: move.by,
  })),
  before: peaksOf(before),
  after: peaksOf(after),
});

const peaksOf = (outlook: Outlook) => ({
  max_starts_per_minute: busiestOf(outlook).starts,
  max_concurrent: outlook.tally.peak.value,
});

const timestampOf = (instant: Instant | undefined): string | null =>
  instant === undefined ? null : toTimestamp(instant);
