import { Chalk } from 'chalk';
import { commandLine } from '../../../domain/command.js';
import { toTimestamp, type Instant } from '../../../domain/time.js';
import { jsonText } from '../../../text/visible.js';
import {
  type FieldInWords,
  formatLocal,
  localTime,
  scheduleInWords,
  timekeepingInWords,
} from '../../../schedules/index.js';
import type { ZoneOutlook } from '../../render/clock-change-outlook.js';
import type { Explained, Explanation } from './explain.js';
import { tableWidth, type Terminal } from '../../terminal.js';
import { changeToJson, jobInWords } from '../../render/clock-changes.js';
import { renderProblems } from '../../render/diagnostics.js';
import { fromNow, fullStartInWords } from '../../render/firings.js';
import { separated } from '../../render/separated.js';
import { renderTable } from '../../render/table.js';
import { harmless, wrap } from '../../render/cells.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
}

/** Prints what a timer or an expression means, as text or as an object. */
export function printExplanation(explanation: Explanation, { terminal, now, asJson }: Printing): void {
  if (asJson) {
    terminal.out(jsonText(toJson(explanation)));
    return;
  }
  const { explained, firings, outlook } = explanation;
  const { width } = terminal;
  const paint = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const titled = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [[paint.bold(title), ...lines]];
  const { problems } = explained;
  const blocks = [
    headOf(explanation, width).map((line, index) => (index === 0 ? paint.bold(line) : line)),
    ...fieldBlocks(explanation, tableWidth(terminal)),
    ...titled(`Next in ${zoneInWords(explanation)}`, firingsInLines(explanation, now, tableWidth(terminal))),
    ...titled('Clock changes', outlook ? changesInLines(outlook, explained, width) : []),
    ...(problems.length === 0 ? [] : [renderProblems({ ...explained, problems, width, color: terminal.color.out })]),
  ];
  if (firings.length === 0)
    blocks.push([explained.enabled ? 'No upcoming firings.' : 'Disabled: its schedule does not fire it.']);
  terminal.outPainted(...separated(blocks));
}

const zoneInWords = ({ zone, zoneFrom }: Explanation): string =>
  zoneFrom === undefined ? zone : `${zone} (${harmless(zoneFrom)})`;

/** Describes the schedule, and how it follows the clock. */
function headOf({ explained, expressions }: Explanation, width: number): readonly string[] {
  const isExample = explained.file === undefined && expressions.some(({ fields }) => fields.some(isHashed));
  const name = explained.file === undefined ? '' : `${explained.name}: `;
  const timekeeping = timekeepingInWords(explained);
  return [
    ...wrap(harmless(name + wordsOf(explained)), width, '  '),
    ...(timekeeping === undefined ? [] : wrap(timekeeping, width, '')),
    ...(explained.fallback === undefined ? [] : wrap(harmless(fallbackInWords(explained)), width, '')),
    ...(isExample ? wrap(EXAMPLE, width, '') : []),
  ];
}

function fallbackInWords({ fallback, breaker }: Explained): string {
  const when = breaker === undefined ? '' : ', or its breaker is open';
  return `If all attempts of a run fail${when}, its fallback runs: ${fallback === undefined ? '' : commandLine(fallback)}`;
}

const isHashed = ({ text }: FieldInWords): boolean => /(^|,)H/i.test(text);

const EXAMPLE = 'H depends on the name of the timer. Without a name, these times are only an example.';

/** Describes the schedule. A bare expression has no name, and therefore no seed. */
const wordsOf = (explained: Explained): string =>
  scheduleInWords({ ...explained, name: explained.file === undefined ? '' : explained.name });

/** Renders a table of fields for each expression, under the expression if there are several. */
function fieldBlocks({ expressions }: Explanation, width: number): readonly (readonly string[])[] {
  return expressions.map(({ text, fields }) => {
    const rows = fields.map((field) => [field.name, field.text, field.meaning]);
    return [...(expressions.length === 1 ? [] : [harmless(text)]), ...indented(rows, width)];
  });
}

const indented = (rows: readonly (readonly string[])[], width: number): string[] =>
  renderTable(rows, { width: width - 2, flexible: [2] }).map((line) => `  ${line}`);

function firingsInLines({ explained, firings, zone }: Explanation, now: Instant, width: number): readonly string[] {
  return indented(
    firings.map((due) => [
      fullStartInWords({ due, offset: explained.offset }, zone),
      fromNow(due + explained.offset, now),
    ]),
    width,
  );
}

function changesInLines({ timezone, changes }: ZoneOutlook, explained: Explained, width: number): readonly string[] {
  if (changes.length === 0) return [`  The clock of ${timezone} does not change in the next two years.`];
  return changes.flatMap(({ change, near }) => {
    const date = localTime(change.at - 1, explained.timezone).slice(0, 14);
    const words = near[0] ? jobInWords(near[0]) : 'not affected';
    return wrap(`  ${date}  ${words}`, width, ' '.repeat(18));
  });
}

function toJson({ explained, expressions, firings, zone, zoneFrom, outlook }: Explanation) {
  const { file, name, timezone, problems } = explained;
  return {
    ...(file === undefined ? { expression: name } : { task_name: name }),
    schedule: wordsOf(explained),
    timezone,
    timezone_from: zoneFrom ?? null,
    fallback: explained.fallback === undefined ? null : commandLine(explained.fallback),
    expressions,
    next: firings.map((instant) => ({
      scheduled_at: toTimestamp(instant),
      starts_at: toTimestamp(instant + explained.offset),
      local_time: formatLocal(instant, zone),
    })),
    clock_changes: outlook?.changes.map((change) => changeToJson(change, timezone)) ?? [],
    problems: problems.map(({ severity, code, message, hint = null, line, column }) => ({
      severity,
      code,
      message,
      hint,
      line,
      column,
    })),
  };
}
