import { Chalk, type ChalkInstance } from 'chalk';
import { timerStatesOf } from '../../../domain/timer-state.js';
import { toTimestamp, type Duration, type Instant } from '../../../domain/time.js';
import { jsonText } from '../../../text/visible.js';
import { humanDuration } from '../../../domain/human-duration.js';
import { shownFactsOf, type ListRow } from './rows.js';
import { tableWidth, type Terminal } from '../../terminal.js';
import { startInWords, zonesInWords } from '../../render/firings.js';
import { outcomeCell } from '../../render/outcome.js';
import { renderColumns, type TableCell } from '../../render/table.js';
import { stateCell, widestState } from '../../render/timer-state.js';
import { clipToWidth, harmless } from '../../render/cells.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
}

/** Prints timers, as a table or one object per line. */
export function printList(rows: readonly ListRow[], { terminal, now, asJson }: Printing): void {
  if (asJson) {
    for (const row of rows) terminal.out(jsonText(toJson(row)));
    return;
  }
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const [first = '', ...lines] = tableOf(rows, { width: tableWidth(terminal), now, chalk });
  if (rows.length > 0) terminal.outPainted(chalk.dim(first), ...lines);
  if (rows.length > 0) terminal.err(zonesInWords(rows));
}

/** The widest description on a terminal, in columns. `--json` shows the rest of a longer one. */
const WIDEST_DESCRIPTION = 40;

/** Renders a job's description and its tags on one line: `the nightly one #db #nightly`. */
function about({ description, tags }: ListRow, width: number): string {
  const words = [description.replace(/\s+/g, ' ').trim(), ...tags.map((tag) => `#${tag}`)];
  const text = words.filter((word) => word !== '').join(' ');
  return clipToWidth(text, width === Infinity ? Infinity : WIDEST_DESCRIPTION);
}

/**
 * Describes the schedule. For an ad-hoc timer, shows its command: NEXT shows when it is due, and the command appears
 * nowhere else.
 */
const scheduleOf = ({ schedule, adHoc }: ListRow): string =>
  adHoc === undefined ? schedule : harmless(`once: ${adHoc}`);

function toJson(row: ListRow) {
  const { next, lastFinishedAt, description, tags, adHoc } = row;
  return {
    task_name: row.name,
    schedule: row.schedule,
    schedule_kind: row.written.key,
    schedule_written: row.written.source ?? row.written.text,
    timezone: row.timezone,
    enabled: row.enabled,
    next_at: next === undefined ? null : toTimestamp(next),
    starts_at: next === undefined ? null : toTimestamp(next + row.offset),
    state: timerStatesOf(shownFactsOf(row))[0] ?? null,
    last_status: row.lastStatus ?? null,
    last_finished_at: lastFinishedAt === undefined ? null : toTimestamp(lastFinishedAt),
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags }),
    ...(adHoc !== undefined && { ad_hoc: { command: adHoc } }),
  };
}

/** On a narrow terminal, SCHEDULE takes precedence over IN, which repeats NEXT. */
const LAYOUT = { flexible: ['SCHEDULE', 'NAME', 'STATE'], spared: ['IN'], rooms: { SCHEDULE: 20 } };
const DESCRIBED = {
  flexible: ['DESCRIPTION', 'SCHEDULE', 'NAME', 'STATE'],
  spared: ['DESCRIPTION', 'IN'],
  rooms: { DESCRIPTION: 16 },
};

function tableOf(
  rows: readonly ListRow[],
  { width, now, chalk }: { readonly width: number; readonly now: Instant; readonly chalk: ChalkInstance },
): string[] {
  const states = rows.map((row) => [shownFactsOf(row), { now, timezone: row.timezone, chalk }] as const);
  const descriptions = rows.map((row) => about(row, width));
  const columns = [
    { head: 'NAME', cells: rows.map(({ name }) => name) },
    { head: 'STATE', cells: states.map(([facts, page]) => stateCell(facts, page)) },
    { head: 'SCHEDULE', cells: rows.map(scheduleOf) },
    { head: 'NEXT', cells: rows.map((row) => nextInWords(row, now)) },
    { head: 'IN', cells: rows.map((row) => timeLeft(row, now)) },
    { head: 'LAST', cells: rows.map((row) => lastOf(row, now, chalk)) },
    { head: 'DESCRIPTION', cells: descriptions },
  ];
  const { flexible, ...layout } = descriptions.some((text) => text !== '') ? DESCRIBED : LAYOUT;
  const cuts = [['STATE', widestState(states)] as const, ...flexible];
  return renderColumns(columns, { width, ...layout, flexible: cuts, lastSpared: ['LAST'] });
}

/** Returns the actual start and, if it differs, the nominal time. */
const nextInWords = ({ next, offset, timezone }: ListRow, now: Instant): string =>
  next === undefined ? '' : startInWords({ due: next, offset }, timezone, now);

function timeLeft({ next, offset }: ListRow, now: Instant): string {
  return next === undefined ? '' : humanDuration(Math.max(0, next + offset - now));
}

/** Renders the last outcome: `success 3 h ago`. */
function lastOf({ lastStatus, lastFinishedAt }: ListRow, now: Instant, chalk: ChalkInstance): TableCell {
  if (lastStatus === undefined || lastFinishedAt === undefined) return '';
  const { text: word, paint } = outcomeCell(lastStatus, chalk);
  return {
    text: `${word} ${roughly(now - lastFinishedAt)} ago`,
    paint: (text) => paint(text.slice(0, word.length)) + text.slice(word.length),
  };
}

/** Renders a duration in its largest unit only. */
const roughly = (duration: Duration): string => humanDuration(Math.max(0, duration)).split(' ', 2).join(' ');
