import { Chalk, type ChalkInstance } from 'chalk';
import type { Ending, OpenRun } from '../../domain/ledger.js';
import type { Firing, Trigger } from '../../domain/firing.js';
import { toRecord } from '../../domain/record.js';
import { SECOND, toTimestamp, type Duration, type Instant } from '../../domain/time.js';
import { formatLocal } from '../../schedules/index.js';
import { causeOf, humanDuration, plainText } from '../../sinks/index.js';
import type { Terminal } from '../terminal.js';
import { shortLocalTime } from './firings.js';
import { LEFT_OPEN, openWord, outcomeCell } from './outcome.js';
import { renderColumns, type TableCell } from './table.js';

/** How the past is shown. */
export interface PastPrinting {
  readonly terminal: Terminal;
  readonly now: Instant;
  /** IANA name, for local times. */
  readonly timezone: string;
  readonly asJson: boolean;
  /** Whether a scheduler runs on this state: without one, nothing is running, whatever is open. */
  readonly hasScheduler: boolean;
}

/** Outcomes, and the runs that have none yet; each oldest first. */
export interface Past {
  readonly endings: readonly Ending[];
  readonly open: readonly OpenRun[];
}

/** Prints outcomes as a log, the newest last: a table that fits the terminal, open runs at its end; or an object a line, without them. */
export function printHistory({ endings, open }: Past, printing: PastPrinting): void {
  const { terminal, asJson } = printing;
  if (asJson) {
    for (const ending of endings) terminal.out(JSON.stringify(toJson(ending)));
    return;
  }
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const rows = [
    ...endings.map((ending) => ofEnding(ending, chalk)),
    ...open.map((run) => ofOpenRun(run, chalk, printing)),
  ];
  if (rows.length === 0) return;
  const [head = '', ...lines] = tableOf(rows, printing);
  terminal.out(chalk.dim(head));
  for (const line of lines) terminal.out(line);
}

/** The record of the log, and when it was told. */
export const toJson = (ending: Ending) => ({ timestamp: toTimestamp(ending.at), ...toRecord(ending) });

/** What made a firing come due, in words. */
export const TRIGGER_WORDS: Readonly<Record<Trigger, string>> = {
  schedule: 'by schedule',
  catch_up: 'catch-up',
  manual: 'by hand',
  start: 'at start',
};

interface Row {
  readonly firing: Firing;
  readonly outcome: TableCell;
  readonly took: string;
  readonly late: string;
  readonly tries: string;
  readonly runId: string;
  readonly cause: string;
}

function ofEnding(ending: Ending, chalk: ChalkInstance): Row {
  const { firing, runId = '' } = ending;
  const cause = plainText(causeOf(ending));
  if (ending.event === 'run.finished') {
    const { outcome, durationMs, latenessMs, attempts } = ending;
    const took = humanDuration(durationMs);
    return {
      ...row(firing, { latenessMs, attempts }),
      outcome: outcomeCell(outcome.status, chalk),
      took,
      runId,
      cause,
    };
  }
  const isMissed = ending.event === 'firing.missed';
  const outcome = outcomeCell(isMissed ? 'missed' : 'skipped', chalk);
  const times = isMissed && ending.count !== undefined && ending.count > 1 ? `${ending.count} firings: ` : '';
  return { ...row(firing, { latenessMs: 0, attempts: 0 }), outcome, runId, cause: times + cause };
}

function ofOpenRun(run: OpenRun, chalk: ChalkInstance, printing: PastPrinting): Row {
  const { firing, runId, attempts, startedAt } = run;
  const { now } = printing;
  const word = openWord(run, printing.hasScheduler);
  const isStarted = word !== 'open' && startedAt !== undefined;
  const latenessMs = word === 'waiting' && startedAt === undefined ? now - firing.scheduledFor : run.latenessMs;
  return {
    ...row(firing, { latenessMs, attempts }),
    outcome: outcomeCell(word, chalk),
    took: isStarted ? humanDuration(Math.max(0, now - startedAt)) : '',
    runId,
    cause: openCause(run, printing),
  };
}

function openCause({ retryAt }: OpenRun, printing: PastPrinting): string {
  if (!printing.hasScheduler) return LEFT_OPEN;
  return retryAt === undefined ? '' : `retry at ${clockTime(retryAt, printing)}`;
}

const row = (firing: Firing, { latenessMs, attempts }: { latenessMs: Duration; attempts: number }) => ({
  firing,
  took: '',
  late: latenessMs < SECOND ? '' : humanDuration(latenessMs),
  tries: attempts > 1 ? String(attempts) : '',
});

/** Of a run id: its millisecond, by which the runs of one scheduler differ. */
const SHORT_ID = 8;

/** On a narrow terminal CAUSE comes before RUN, TRIES and LATE, which `--run` and `--json` have all the same. */
const LAYOUT = { flexible: ['CAUSE', 'TIMER'], spared: ['RUN', 'TRIES', 'LATE'], room: 20 };

function tableOf(rows: readonly Row[], { terminal: { width }, now, timezone }: PastPrinting): string[] {
  const column = (head: string, cellOf: (row: Row) => TableCell) => ({ head, cells: rows.map(cellOf) });
  const times = rows.map(({ firing }) => clockTime(firing.scheduledFor, { now, timezone }));
  const widest = times.reduce((most, { length }) => Math.max(most, length), 0);
  const columns = [
    { head: 'WHEN'.padStart(widest), cells: times.map((time) => time.padStart(widest)) },
    column('', ({ firing: { trigger } }) => (trigger === 'schedule' ? '' : TRIGGER_WORDS[trigger])),
    column('TIMER', ({ firing }) => firing.jobName),
    column('OUTCOME', ({ outcome }) => outcome),
    column('TOOK', ({ took }) => took),
    column('LATE', ({ late }) => late),
    column('TRIES', ({ tries }) => tries),
    column('RUN', ({ runId }) => runId.slice(0, SHORT_ID)),
    column('CAUSE', ({ cause }) => cause),
  ];
  return renderColumns(columns, { width, ...LAYOUT });
}

/** Local time to the second. The date is left out when it is today; within the week the weekday stands for it. */
function clockTime(instant: Instant, { now, timezone }: Pick<PastPrinting, 'now' | 'timezone'>): string {
  const [day = '', time = ''] = shortLocalTime(instant, timezone, now).split(' ');
  const isToday = formatLocal(instant, timezone).slice(0, 10) === formatLocal(now, timezone).slice(0, 10);
  return `${isToday ? '' : `${day} `}${time.slice(0, 8)}`;
}
