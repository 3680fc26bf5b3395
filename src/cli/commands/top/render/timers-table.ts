import { nextStartOf } from '../../../../domain/status-record.js';
import type { Instant } from '../../../../domain/time.js';
import { megabytes } from '../../../../domain/usage.js';
import { outcomeCell } from '../../../render/outcome.js';
import { asOf, type Seen, type View } from '../view.js';
import { fit, lineOf, tame, type TerminalStyle, type PaintedText } from './terminal-style.js';
import { fineDuration, remaining, roughDuration } from './short-duration.js';
import { paintSpark, sparkLine } from './spark.js';
import { stateMark, stateOf } from './state.js';

interface Column {
  readonly head: string;
  readonly width: number;
  readonly isRight?: boolean;
  cell(seen: Seen, width: number): PaintedText;
}

const GAP = 2;
/** The cursor, the mark, and a space. */
const MARGIN = 3;
const NARROWEST_NAME = 12;
const WIDEST_NAME = 40;
const MORE_RECENT = 12;
const MORE_STATE = 22;
const NARROWEST_SCHEDULE = 20;

/** Renders the head of the table and `height` rows from `view.top` on, each within the width of the screen. */
export function renderTimers(
  rows: readonly Seen[],
  view: View,
  { height, look }: { height: number; look: TerminalStyle },
): string[] {
  const { columns: width } = view.size;
  const columns = columnsFor(rows, view, look);
  const { dim, inverse } = look.chalk;
  const head = columns.map((column) => fit(column.head, column.width, { ...look, isRight: column.isRight ?? false }));
  const now = asOf(view);
  const lines = rows.slice(view.top, view.top + height).map((seen) => {
    const isSelected = seen.timer.task_name === view.selected;
    const cells = columns.map((column) => {
      const { text, paint } = column.cell(seen, column.width);
      const shown = fit(text, column.width, { ...look, isRight: column.isRight ?? false });
      return paint === undefined || isSelected ? shown : paint(shown);
    });
    const mark = stateMark(seen, now, look);
    const line = `${isSelected ? '>' : ' '}${lineOf([mark], 1, look)} ${cells.join(' '.repeat(GAP))}`;
    return isSelected && look.chalk.level > 0 ? inverse(fit(plain(line), width, look)) : line.trimEnd();
  });
  return [dim(`${' '.repeat(MARGIN)}${head.join(' '.repeat(GAP)).trimEnd()}`), ...lines];
}

/** Matches the sequences that chalk writes. */
const SGR = new RegExp('\\u001b\\[[0-9;]*m', 'g');

/** Removes colors, because they would end an inverse line in the middle. */
const plain = (line: string): string => line.replace(SGR, '');

/** The columns that are shown only if at least one timer has a value for them. */
const MEASURED = ['CPU', 'MEM'];
const isMeasured = (rows: readonly Seen[]): boolean =>
  rows.some(({ timer: { recent = [] } }) => recent.some(({ cpu_ms: cpu }) => cpu !== undefined));

/** Columns to leave out in favor of the name, in this order. */
const SPARED = ['MEM', 'CPU', 'LATE', 'AGO', 'LAST', 'RECENT'];

/** Returns the columns that fit: the name first, then the columns nearest to it. */
function columnsFor(rows: readonly Seen[], view: View, look: TerminalStyle): readonly Column[] {
  const width = view.size.columns - MARGIN;
  const wanted = Math.min(WIDEST_NAME, Math.max(4, ...rows.map(({ timer }) => timer.task_name.length)));
  let columns = standardColumns(view, look).filter(({ head }) => isMeasured(rows) || !MEASURED.includes(head));
  const left = (name: number) => columns.reduce((sum, column) => sum - column.width - GAP, width - name);
  for (const head of SPARED)
    if (left(Math.min(wanted, NARROWEST_NAME)) < 0) columns = columns.filter((one) => one.head !== head);
  const name = Math.min(wanted, left(0));
  const grow = (head: string, most: number) => {
    const more = Math.max(0, Math.min(most, left(name)));
    columns = columns.map((one) => (one.head === head ? { ...one, width: one.width + more } : one));
  };
  grow('RECENT', MORE_RECENT);
  grow('STATE', MORE_STATE);
  const schedule = left(name) - GAP;
  return [
    { head: 'NAME', width: name, cell: ({ timer }) => ({ text: tame(timer.task_name) }) },
    ...columns,
    ...(schedule >= NARROWEST_SCHEDULE ? [scheduleColumn(schedule, look)] : []),
  ];
}

const scheduleColumn = (width: number, { chalk }: TerminalStyle): Column => ({
  head: 'SCHEDULE',
  width,
  cell: ({ timer }) => ({ text: tame(timer.schedule), paint: chalk.dim }),
});

function standardColumns(view: View, look: TerminalStyle): readonly Column[] {
  const now = asOf(view);
  const { chalk } = look;
  return [
    { head: 'NEXT', width: 7, isRight: true, cell: ({ timer }) => ({ text: nextIn(nextStartOf(timer), now) }) },
    { head: 'STATE', width: 14, cell: (seen, width) => stateOf(seen, view, { width, look }) },
    {
      head: 'LAST',
      width: 8,
      cell: ({ timer }) => (timer.last_status === null ? { text: '' } : outcomeCell(timer.last_status, chalk)),
    },
    {
      head: 'AGO',
      width: 4,
      isRight: true,
      cell: ({ timer: { last_finished_at: at } }) => ({ text: at === null ? '' : roughDuration(now - Date.parse(at)) }),
    },
    { head: 'LATE', width: 6, isRight: true, cell: (seen) => latenessOf(seen, look) },
    { head: 'CPU', width: 6, isRight: true, cell: (seen) => ({ text: usedOf(seen, 'cpu_ms', fineDuration) }) },
    { head: 'MEM', width: 6, isRight: true, cell: (seen) => ({ text: usedOf(seen, 'max_rss_bytes', megabytes) }) },
    {
      head: 'RECENT',
      width: 8,
      isRight: true,
      cell: ({ timer }, width) => ({
        text: sparkLine(timer.recent ?? [], width, look),
        paint: (text) => paintSpark(text, look),
      }),
    },
  ];
}

/** Formats what the last run used, if it was measured. */
function usedOf(
  { timer: { recent = [] } }: Seen,
  what: 'cpu_ms' | 'max_rss_bytes',
  words: (amount: number) => string,
): string {
  const used = recent.findLast(({ run_id: runId }) => runId !== null)?.[what];
  return used === undefined ? '' : words(used);
}

function nextIn(next: string | null, now: Instant): string {
  if (next === null) return '';
  return Date.parse(next) <= now ? 'now' : remaining(Date.parse(next) - now);
}

/** From this lateness on, the value is shown in color. */
const LATE_MS = 1_000;

/** Formats how late the last run started. */
function latenessOf({ timer: { recent = [] } }: Seen, { chalk }: TerminalStyle): PaintedText {
  const late = recent.findLast(({ lateness_ms: lateness }) => lateness !== null)?.lateness_ms;
  if (late == null) return { text: '' };
  return { text: fineDuration(late), ...(late >= LATE_MS && { paint: chalk.yellow }) };
}
