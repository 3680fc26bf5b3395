import { Chalk, type ChalkInstance } from 'chalk';
import { toFailedAttempt } from '../../../domain/api-record.js';
import { ownCauseOf, type RunFinished } from '../../../domain/events/index.js';
import { describeFallback } from '../../../domain/fallback.js';
import { firingId, type Firing } from '../../../domain/firing.js';
import { fallbackIn, nodeOf, startOfRun, type Ending, type OpenRun, type RunHistory } from '../../../domain/ledger.js';
import { toRecord } from '../../../domain/record.js';
import { toTimestamp, type Duration, type Instant } from '../../../domain/time.js';
import { describeUsage } from '../../../domain/usage.js';
import { jsonText, visible } from '../../../text/visible.js';
import { causeOf } from '../../../domain/outcome-cause.js';
import { humanDuration } from '../../../domain/human-duration.js';
import { plainText } from '../../../text/plain-text.js';
import { localTime } from '../../../schedules/index.js';
import { toJson, TRIGGER_WORDS, type PastPrinting } from '../../render/history.js';
import { leftOpen, openWord, outcomeCell } from '../../render/outcome.js';

/** Prints all details of one run, including its attempts and its last output, as text or as one object. */
export function printRun(run: RunHistory, printing: PastPrinting): void {
  const { terminal, asJson } = printing;
  if (asJson) {
    terminal.out(jsonText(runToJson(run)));
    return;
  }
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  for (const [label, text] of factsOf(run, printing, chalk))
    terminal.outPainted(`${chalk.dim(label.padEnd(8))}  ${text}`);
  const print = (label: string, tail: string | undefined) => {
    const lines = tail?.split('\n').map((line) => `${chalk.dim('│')} ${plainText(line)}`);
    if (lines) terminal.outPainted(chalk.dim(label), ...lines);
  };
  print('output', run.outputTail);
  print('fallback output', fallbackIn(run)?.outputTail);
}

/** A label and its value. */
type Fact = readonly [string, string];

function factsOf(run: RunHistory, printing: PastPrinting, chalk: ChalkInstance): readonly Fact[] {
  const { firing, runId = '' } = subjectOf(run);
  const node = nodeOf(run);
  const local = (instant: Instant) => localTime(instant, printing.timezone);
  return [
    ['run', visible(runId)],
    ['timer', visible(firing.jobName)],
    ['firing', visible(firingId(firing))],
    ['due', `${local(firing.scheduledFor)}, ${TRIGGER_WORDS[firing.trigger]}`],
    ...startOf(run, local),
    ...(node === undefined ? [] : [['node', visible(node)] as const]),
    ...(run.ending ? ofEnding(run.ending, local, chalk) : []),
    ...(run.open ? ofOpenRun(run.open, printing, chalk) : []),
    ...attemptsOf(run, local),
    ...fallbackOf(run),
  ];
}

function subjectOf({ ending, open }: RunHistory): { readonly firing: Firing; readonly runId?: string } {
  const subject = ending ?? open;
  if (subject === undefined) throw new Error('a run has no outcome and is not open');
  return subject;
}

type Local = (instant: Instant) => string;

function startOf(run: RunHistory, local: Local): readonly Fact[] {
  const start = startOfRun(run);
  if (start === undefined) return [['started', run.open ? 'not yet' : 'never']];
  return [['started', `${local(start)}, ${humanDuration(latenessOf(run))} late`]];
}

/** Returns how late the run started, not counting its jitter. */
const latenessOf = ({ ending, open }: RunHistory): Duration =>
  open?.latenessMs ?? (ending?.event === 'run.finished' ? ending.latenessMs : 0);

function ofEnding(ending: Ending, local: Local, chalk: ChalkInstance): readonly Fact[] {
  const because = causeOf(ending) === '' ? '' : `: ${visible(causeOf(ending))}`;
  if (ending.event !== 'run.finished') {
    const { text, paint } = outcomeCell(ending.event === 'firing.missed' ? 'missed' : 'skipped', chalk);
    return [
      ['ended', local(ending.at)],
      ['outcome', paint(text) + because],
    ];
  }
  const { outcome, durationMs, at } = ending;
  const { text, paint } = outcomeCell(outcome.status, chalk);
  return [
    ['ended', outcome.status === 'lost' ? whenLost(ending, local) : `${local(at)}, after ${humanDuration(durationMs)}`],
    ['outcome', paint(text) + because],
    ...(outcome.exitCode === undefined ? [] : [['exit', `code ${outcome.exitCode}`] as const]),
    ...usedOf(ending),
    ...(outcome.signal === undefined ? [] : [['exit', `signal ${visible(outcome.signal)}`] as const]),
  ];
}

function usedOf(run: RunFinished): readonly Fact[] {
  const used = describeUsage(run, run.outcome);
  return used === undefined ? [] : [['used', used]];
}

/** Describes the end of a lost run: when its scheduler was last alive, and when the next scheduler found the run. */
function whenLost(ending: RunFinished, local: Local): string {
  const start = startOfRun({ ending, open: undefined });
  const seen = start === undefined ? '' : `; last seen ${local(start + ending.durationMs)}`;
  return `unknown${seen}, found lost ${local(ending.at)}`;
}

function ofOpenRun(run: OpenRun, { timezone, hasScheduler }: PastPrinting, chalk: ChalkInstance): readonly Fact[] {
  const { text, paint } = outcomeCell(openWord(run, hasScheduler), chalk);
  const retry = run.retryAt === undefined ? '' : `, retry at ${localTime(run.retryAt, timezone)}`;
  return [
    ['outcome', `none yet: ${paint(text)}${hasScheduler ? retry : `, ${leftOpen(run)}`}`],
    ...(run.pid === undefined ? [] : [['pid', String(run.pid)] as const]),
  ];
}

/** Lists each attempt that was retried, and the last one. Empty if there was only one attempt. */
function attemptsOf(run: RunHistory, local: Local): readonly Fact[] {
  const { attempts, ending } = run;
  if (attempts.length === 0) return [];
  const lines = attempts.map(
    ({ attempt, at, error, retryInMs, node }) =>
      `${attempt}  ${local(at)}  ${node === undefined ? '' : `on ${node}: `}${visible(error)}; again after ${humanDuration(retryInMs)}`,
  );
  if (ending?.event === 'run.finished' && ending.attempts > attempts.length) {
    const ended = ending.at - (ending.fallback?.durationMs ?? 0);
    lines.push(`${ending.attempts}  ${local(ended)}  ${visible(ownCauseOf(ending)) || ending.outcome.status}`);
  }
  return lines.map((line, index) => [index === 0 ? 'attempts' : '', line]);
}

function fallbackOf(run: RunHistory): readonly Fact[] {
  if (run.open?.decided !== undefined) return [['fallback', 'not ended yet']];
  const fallback = fallbackIn(run);
  return fallback === undefined ? [] : [['fallback', visible(describeFallback(fallback))]];
}

/** Returns the log record of the run's outcome, if any, with further details. An open run has the status `null`. */
function runToJson(run: RunHistory) {
  const start = startOfRun(run);
  const fallbackTail = fallbackIn(run)?.outputTail;
  return {
    ...(run.ending ? toJson(run.ending) : {}),
    ...(run.open ? openToJson(run.open) : {}),
    started_at: start === undefined ? null : toTimestamp(start),
    output_tail: run.outputTail ?? null,
    ...(fallbackTail !== undefined && { fallback_output_tail: fallbackTail }),
    failed_attempts: run.attempts.map(toFailedAttempt),
  };
}

function openToJson({ firing, runId, attempts, latenessMs, retryAt, pid, node, decided }: OpenRun) {
  const admitted = toRecord({ event: 'run.admitted', at: firing.scheduledFor, firing, runId });
  return {
    ...admitted,
    event: undefined,
    status: null,
    attempts,
    lateness_ms: latenessMs,
    retry_at: retryAt === undefined ? null : toTimestamp(retryAt),
    pid: pid ?? null,
    ...(node !== undefined && { node }),
    ...(decided && { fallback: true }),
  };
}
