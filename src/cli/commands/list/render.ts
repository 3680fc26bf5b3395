import { Chalk, type ChalkInstance } from 'chalk';
import { wordWithoutNext } from '../../../domain/status-record.js';
import { toTimestamp, type Duration, type Instant } from '../../../domain/time.js';
import { jsonText } from '../../../text/visible.js';
import { humanDuration } from '../../../domain/human-duration.js';
import type { ListRow } from './rows.js';
import type { Terminal } from '../../terminal.js';
import { startInWords } from '../../render/firings.js';
import { outcomeCell } from '../../render/outcome.js';
import { renderColumns, type TableCell } from '../../render/table.js';
import { harmless } from '../../render/terminal-text.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
}

/** Prints timers, as a table or an object a line. */
export function printJobs(rows: readonly ListRow[], { terminal, now, asJson }: Printing): void {
  if (asJson) {
    for (const row of rows) terminal.out(jsonText(toJson(row)));
    return;
  }
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const [first = '', ...lines] = tableOf(rows, { width: terminal.width, now, chalk });
  if (rows.length > 0) terminal.outPainted(chalk.dim(first), ...lines);
  const zones = [...new Set(rows.map(({ timezone }) => timezone))];
  if (zones.length > 0)
    terminal.err(`Times are in ${zones.length > 1 ? 'the zone of each timer: ' : ''}${zones.join(', ')}.`);
}

/** More of a description is for `--json`. */
const WIDEST_DESCRIPTION = 40;

/** A job's description and its tags: `the nightly one #db #nightly`, on one line. */
function about({ description, tags }: ListRow): string {
  const words = [description.replace(/\s+/g, ' ').trim(), ...tags.map((tag) => `#${tag}`)];
  const text = harmless(words.filter((word) => word !== '').join(' '));
  return text.length > WIDEST_DESCRIPTION ? `${text.slice(0, WIDEST_DESCRIPTION - 1)}…` : text;
}

/** When one is due that no file has stands under NEXT; what it does, nowhere else. */
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
    last_status: row.lastStatus ?? null,
    last_finished_at: lastFinishedAt === undefined ? null : toTimestamp(lastFinishedAt),
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags }),
    ...(adHoc !== undefined && { ad_hoc: { command: adHoc } }),
  };
}

/** On a narrow terminal SCHEDULE comes before IN, which NEXT says as well. */
const LAYOUT = { flexible: ['SCHEDULE', 'NAME'], spared: ['IN'], rooms: { SCHEDULE: 20 } };
const DESCRIBED = {
  flexible: ['DESCRIPTION', 'SCHEDULE', 'NAME'],
  spared: ['DESCRIPTION', 'IN'],
  rooms: { DESCRIPTION: 16 },
};

function tableOf(
  rows: readonly ListRow[],
  { width, now, chalk }: { readonly width: number; readonly now: Instant; readonly chalk: ChalkInstance },
): string[] {
  const columns = [
    { head: 'NAME', cells: rows.map(({ name }) => name) },
    { head: 'SCHEDULE', cells: rows.map(scheduleOf) },
    { head: 'NEXT', cells: rows.map((row) => nextInWords(row, now)) },
    { head: 'IN', cells: rows.map((row) => timeLeft(row, now)) },
    { head: 'LAST', cells: rows.map((row) => lastOf(row, now, chalk)) },
    { head: 'DESCRIPTION', cells: rows.map(about) },
  ];
  const isDescribed = rows.some((row) => about(row) !== '');
  return renderColumns(columns, { width, ...(isDescribed ? DESCRIBED : LAYOUT) });
}

/** The actual start and the nominal time, or why there is none. */
function nextInWords({ enabled, next, offset, timezone, activity, lastStatus }: ListRow, now: Instant): string {
  if (!enabled) return 'disabled';
  if (next !== undefined) return startInWords({ due: next, offset }, timezone, now);
  return activity ?? wordWithoutNext(lastStatus);
}

function timeLeft({ next, offset }: ListRow, now: Instant): string {
  return next === undefined ? '' : humanDuration(Math.max(0, next + offset - now));
}

/** `success 3 h ago`. */
function lastOf({ lastStatus, lastFinishedAt }: ListRow, now: Instant, chalk: ChalkInstance): TableCell {
  if (lastStatus === undefined || lastFinishedAt === undefined) return '';
  const { text: word, paint } = outcomeCell(lastStatus, chalk);
  return {
    text: `${word} ${roughly(now - lastFinishedAt)} ago`,
    paint: (text) => paint(text.slice(0, word.length)) + text.slice(word.length),
  };
}

/** A duration in its first unit alone. */
const roughly = (duration: Duration): string => humanDuration(Math.max(0, duration)).split(' ', 2).join(' ');
