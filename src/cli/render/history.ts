import { Chalk, type ChalkInstance } from 'chalk';
import type { Ending, OpenRun } from '../../domain/ledger.js';
import type { Firing, Trigger } from '../../domain/firing.js';
import { toRecord } from '../../domain/record.js';
import { SECOND, toTimestamp, type Duration, type Instant } from '../../domain/time.js';
import { jsonText } from '../../text/visible.js';
import { formatLocal, localToInstants, wallAt } from '../../schedules/index.js';
import { causeOf } from '../../domain/outcome-cause.js';
import { humanDuration } from '../../domain/human-duration.js';
import { tableWidth, type Terminal } from '../terminal.js';
import { shortLocalTime } from './firings.js';
import { leftOpen, openWord, outcomeCell } from './outcome.js';
import { TableShape, type TableCell, type TableColumn } from './table.js';

/** How to show the history. */
export interface PastPrinting {
  readonly terminal: Terminal;
  readonly now: Instant;
  /** IANA name, for local times. */
  readonly timezone: string;
  readonly asJson: boolean;
  /** Whether a scheduler is running on this state. Without one, nothing is running, even if runs are open. */
  readonly hasScheduler: boolean;
}

/** The outcomes, by number in the order of recording, and the runs without an outcome. */
export interface ReadPast {
  readonly numbers: readonly number[];
  /** `undefined` for an outcome that has been deleted since. */
  readonly endingsOf: (numbers: readonly number[]) => readonly (Ending | undefined)[];
  /** The open runs, oldest first. */
  readonly open: readonly OpenRun[];
}

/** The maximum number of outcomes in memory at a time. */
const BATCH = 100;

/**
 * Renders the history line by line, as a table or as objects. Objects are in the order of recording, without open runs.
 * The table fits the terminal. Without a terminal, nothing is cut. It is sorted by due time, with open runs at its end.
 * Outcomes are read as they are shown. A table needs two earlier passes, for its widths and its order.
 */
export function* historyLines(past: ReadPast, printing: PastPrinting): Generator<string, void> {
  if (!printing.asJson) {
    yield* tableLines(past, printing);
    return;
  }
  for (const endings of batches(past, past.numbers)) for (const ending of endings) yield jsonText(toJson(ending));
}

function* batches({ endingsOf }: ReadPast, numbers: readonly number[]): Generator<readonly Ending[], void> {
  for (let at = 0; at < numbers.length; at += BATCH)
    yield endingsOf(numbers.slice(at, at + BATCH)).filter((ending) => ending !== undefined);
}

function* tableLines(past: ReadPast, printing: PastPrinting): Generator<string, void> {
  const { terminal } = printing;
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const toColumns = (endings: readonly Ending[]) =>
    columnsOf(
      endings.map((ending) => ofEnding(ending, chalk)),
      printing,
    );
  const open = columnsOf(
    past.open.map((run) => ofOpenRun(run, chalk, printing)),
    printing,
  );
  const shape = new TableShape();
  for (const endings of batches(past, past.numbers)) shape.measure(toColumns(endings));
  shape.measure(open);
  if (past.numbers.length + past.open.length === 0) return;
  const { head, lines } = shape.fit(layoutFor(tableWidth(terminal)));
  yield chalk.dim(head);
  for (const endings of batches(past, byDue(past))) yield* lines(toColumns(endings));
  yield* lines(open);
}

/** Sorts the numbers by due time, and equal times in the order of recording. */
function byDue({ numbers, endingsOf }: ReadPast): readonly number[] {
  const due = new Float64Array(numbers.length);
  for (let at = 0; at < numbers.length; at += BATCH)
    for (const [index, ending] of endingsOf(numbers.slice(at, at + BATCH)).entries())
      due[at + index] = ending?.firing.scheduledFor ?? 0;
  const order = Uint32Array.from(numbers.keys()).sort(
    (one, other) => (due[one] ?? 0) - (due[other] ?? 0) || one - other,
  );
  return Array.from(order, (index) => numbers[index] ?? 0);
}

/** Returns the log record of an outcome, with its timestamp. */
export const toJson = (ending: Ending) => ({ timestamp: toTimestamp(ending.at), ...toRecord(ending) });

/** Words for what triggered a firing. */
export const TRIGGER_WORDS: Readonly<Record<Trigger, string>> = {
  schedule: 'by schedule',
  catch_up: 'catch-up',
  manual: 'manual',
  start: 'at start',
};

interface Row {
  readonly firing: Firing;
  readonly outcome: TableCell;
  readonly took: string;
  readonly late: string;
  readonly tries: string;
  readonly runId: string;
  readonly node: string;
  readonly cause: string;
}

function ofEnding(ending: Ending, chalk: ChalkInstance): Row {
  const { firing, runId = '' } = ending;
  const cause = causeOf(ending);
  if (ending.event === 'run.finished') {
    const { outcome, durationMs, latenessMs, attempts, node = '' } = ending;
    // The end of a lost run is unknown.
    const took = outcome.status === 'lost' ? '' : humanDuration(durationMs);
    return {
      ...row(firing, { latenessMs, attempts }),
      outcome: outcomeCell(outcome.status, chalk),
      took,
      runId,
      node,
      cause,
    };
  }
  const isMissed = ending.event === 'firing.missed';
  const outcome = outcomeCell(isMissed ? 'missed' : 'skipped', chalk);
  const times = isMissed && ending.count !== undefined && ending.count > 1 ? `${ending.count} firings: ` : '';
  return { ...row(firing, { latenessMs: 0, attempts: 0 }), outcome, runId, cause: times + cause };
}

function ofOpenRun(run: OpenRun, chalk: ChalkInstance, printing: PastPrinting): Row {
  const { firing, runId, attempts, startedAt, node = '' } = run;
  const { now } = printing;
  const word = openWord(run, printing.hasScheduler);
  const isStarted = word !== 'open' && startedAt !== undefined;
  const latenessMs = word === 'waiting' && startedAt === undefined ? now - firing.scheduledFor : run.latenessMs;
  return {
    ...row(firing, { latenessMs, attempts }),
    outcome: outcomeCell(word, chalk),
    took: isStarted ? humanDuration(Math.max(0, now - startedAt)) : '',
    runId,
    node,
    cause: openCause(run, printing),
  };
}

function openCause(run: OpenRun, printing: PastPrinting): string {
  const { retryAt, decided } = run;
  if (!printing.hasScheduler) return leftOpen(run);
  if (decided !== undefined) return 'its fallback is running';
  return retryAt === undefined ? '' : `retry at ${clockTime(retryAt, printing)}`;
}

const row = (firing: Firing, { latenessMs, attempts }: { latenessMs: Duration; attempts: number }) => ({
  firing,
  took: '',
  node: '',
  late: latenessMs < SECOND ? '' : humanDuration(latenessMs),
  tries: attempts > 1 ? String(attempts) : '',
});

/** Part of a run id: its millisecond, which distinguishes the runs of one scheduler. */
const SHORT_ID = 8;

/** The head of the column for the trigger, which is empty. */
const TRIGGER_HEAD = '';

/**
 * Returns how columns adapt to the terminal. If it is narrow, a long name is cut first, then CAUSE. LATE, TRIES and
 * NODE are dropped later, because `--run` and `--json` show them. RUN, which `--run` needs, is dropped last.
 */
const layoutFor = (width: number) => ({
  width,
  flexible: [
    ['TIMER', Math.max(SHORT_NAME, Math.floor(width / 3))],
    ['CAUSE', SHORT_CAUSE],
    ['TIMER', SHORT_NAME],
    ['CAUSE', SHORT_NAME],
    'TIMER',
    'CAUSE',
  ] as const,
  spared: ['LATE', 'TRIES', 'NODE'],
  rooms: { CAUSE: SHORT_CAUSE, TIMER: SHORT_NAME },
  lastSpared: [TRIGGER_HEAD, 'TOOK', 'RUN'],
});
const SHORT_NAME = 12;
const SHORT_CAUSE = 20;

function columnsOf(rows: readonly Row[], at: PastPrinting): readonly TableColumn[] {
  const column = (head: string, cellOf: (row: Row) => TableCell) => ({ head, cells: rows.map(cellOf) });
  return [
    { ...column('WHEN', ({ firing }) => clockTime(firing.scheduledFor, at)), isRight: true },
    column(TRIGGER_HEAD, ({ firing: { trigger } }) => (trigger === 'schedule' ? '' : TRIGGER_WORDS[trigger])),
    column('TIMER', ({ firing }) => firing.jobName),
    column('OUTCOME', ({ outcome }) => outcome),
    column('TOOK', ({ took }) => took),
    column('LATE', ({ late }) => late),
    column('TRIES', ({ tries }) => tries),
    column('NODE', ({ node }) => node),
    column('RUN', ({ runId }) => runId.slice(0, SHORT_ID)),
    column('CAUSE', ({ cause }) => cause),
  ];
}

/** The number of columns below which dates have no offset. */
const NARROW = 60;

/**
 * Formats a local time to the second, like {@link shortLocalTime}, without the date if it is today. A time that the
 * clock shows twice always has its offset.
 */
function clockTime(instant: Instant, { terminal, now, timezone }: PastPrinting): string {
  const [day = '', time = '', offset = ''] = shortLocalTime(instant, timezone, now).split(' ');
  const isToday = formatLocal(instant, timezone).slice(0, 10) === formatLocal(now, timezone).slice(0, 10);
  const isNarrow = tableWidth(terminal) < NARROW;
  const hasOffset = isShownTwice(instant, timezone) || !(isToday || isNarrow);
  return [...(isToday ? [] : [day]), time.slice(0, 8), ...(hasOffset ? [offset] : [])].join(' ');
}

/** Returns whether an instant is in the hour that a clock repeats when it is put back. */
const isShownTwice = (instant: Instant, timezone: string): boolean =>
  localToInstants(wallAt(instant, timezone), timezone).instants.length > 1;
