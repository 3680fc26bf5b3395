import { Chalk, type ChalkInstance } from 'chalk';

import type { Diagnostic } from '../../config/index.js';
import { secretsIn } from './secrets.js';
import { separated } from './separated.js';
import { harmless, toCells, wrap, type Cell } from './cells.js';
import { counted } from '../../text/counted.js';

/** The problems of a timer file to show. */
export interface DiagnosticsView {
  /** The file's name as the user knows it; `undefined` if there is none. */
  readonly file: string | undefined;
  /** The file's text. */
  readonly source: string;
  readonly problems: readonly Diagnostic[];
  readonly color: boolean;
  /** The width of the terminal, in columns. Default: 80. */
  readonly width?: number;
}

/**
 * Renders problems as lines of text. Each problem has its place, severity and message, its line with the offending text
 * marked, and the way to fix it. The number of problems comes last. Empty if there are none. Secrets are masked, and no
 * text of the file reaches the terminal as a control character.
 */
export function renderDiagnostics(view: DiagnosticsView): readonly string[] {
  if (view.problems.length === 0) return [];
  return [...renderProblems(view), '', summary(view, new Chalk({ level: view.color ? 1 : 0 })), ''];
}

/** Like {@link renderDiagnostics}, without the count. */
export function renderProblems(view: DiagnosticsView): readonly string[] {
  const paint = new Chalk({ level: view.color ? 1 : 0 });
  const page: Page = {
    paint,
    width: Math.max(view.width ?? 80, 40),
    lines: view.source.split(/\r?\n/),
    cells: new Map(),
    file: view.file,
  };
  return separated(view.problems.map((problem) => renderProblem(problem, page)));
}

interface Page {
  readonly paint: ChalkInstance;
  readonly width: number;
  readonly lines: readonly string[];
  /** Lines that were already split, by index: a file may be one long line. */
  readonly cells: Map<number, readonly Cell[]>;
  readonly file: string | undefined;
}

const INDENT = '  ';
const CONTINUED = INDENT + INDENT;

function renderProblem(problem: Diagnostic, page: Page): readonly string[] {
  const { paint, width } = page;
  const place = page.file === undefined ? '' : `${harmless(page.file)}:${problem.line}:${problem.column}  `;
  const [first = '', ...rest] = wrap(
    `${place}${labelOf(problem)}  ${harmless(problem.message)}`,
    width - INDENT.length,
    CONTINUED,
  );
  // Magenta, not yellow, which is illegible on white.
  const severity = problem.severity === 'error' ? paint.red.bold('error') : paint.magenta.bold('warning');
  const head = first.replace(`${place}${problem.severity}`, () => `${paint.bold(place)}${severity}`);
  const hint =
    problem.hint === undefined ? [] : wrap(`hint: ${harmless(problem.hint)}`, width - INDENT.length, CONTINUED);
  return [head, ...rest, ...snippet(problem, page), ...hint.map((line, index) => (index === 0 ? INDENT : '') + line)];
}

/** Returns the severity. A warning also has its code, which `ignore` accepts. */
const labelOf = ({ severity, code }: Diagnostic): string => (severity === 'error' ? severity : `${severity} ${code}`);

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, { width }) => sum + width, 0);

/** Renders the line and, under it, the mark. Empty if there is no text to show. */
function snippet(problem: Diagnostic, page: Page): readonly string[] {
  const { paint, width, lines } = page;
  const line = lines[problem.line - 1] ?? '';
  if (line.trim() === '') return [];
  const number = String(problem.line);
  const gutter = `${INDENT}${number} | `;
  const blank = `${INDENT}${' '.repeat(number.length)} | `;
  const shown = clipAround(cellsOf(problem.line - 1, page), toUnits(problem), width - gutter.length);
  const mark = ' '.repeat(shown.before) + '^'.repeat(Math.max(shown.marked, 1));
  return [paint.dim(gutter) + shown.text, paint.dim(blank) + paint.red(mark)];
}

/** Returns the cells of a line. A secret is one cell, so that the mark stays under its text. */
function cellsOf(index: number, { lines, cells: known }: Page): readonly Cell[] {
  const line = lines[index] ?? '';
  let cells = known.get(index);
  if (cells !== undefined) return cells;
  let from = 0;
  cells = secretsIn(lines, index).flatMap(({ start, end, shown }) => {
    const before = toCells(line.slice(from, start));
    from = end;
    return [...before, { shown, width: shown.length, units: end - start }];
  });
  cells = [...cells, ...toCells(line.slice(from))];
  known.set(index, cells);
  return cells;
}

const toUnits = ({ column, endColumn = column + 1 }: Diagnostic): Stretch => ({
  start: column - 1,
  end: endColumn - 1,
});

interface Stretch {
  readonly start: number;
  readonly end: number;
}

interface Clipped {
  readonly text: string;
  /** Columns before the mark. */
  readonly before: number;
  readonly marked: number;
}

/** Shows a line, or the part of a long line around the mark. */
function clipAround(cells: readonly Cell[], units: Stretch, room: number): Clipped {
  const mark = { start: cellAt(cells, units.start), end: cellAt(cells, units.end) };
  const window = windowAround(cells, mark, room);
  const shown = cells.slice(window.start, window.end);
  const head = window.start > 0 ? '…' : '';
  const tail = window.end < cells.length ? '…' : '';
  const before = widthOf(cells.slice(window.start, mark.start)) + head.length;
  const marked = widthOf(cells.slice(mark.start, Math.min(mark.end, window.end)));
  return { text: head + shown.map((cell) => cell.shown).join('') + tail, before, marked };
}

/** Returns the index of the cell at an offset in UTF-16 units. */
function cellAt(cells: readonly Cell[], offset: number): number {
  let units = 0;
  const index = cells.findIndex((cell) => (units += cell.units) > offset);
  return index === -1 ? cells.length : index;
}

/** Returns the cells to show: all, or as many as fit, starting shortly before the mark. */
function windowAround(cells: readonly Cell[], mark: Stretch, room: number): Stretch {
  if (widthOf(cells) <= room) return { start: 0, end: cells.length };
  const lead = Math.floor(room / 3);
  let start = mark.start;
  for (let width = 0; start > 0 && width < lead; start--) width += cells[start - 1]?.width ?? 0;
  let end = start;
  for (let width = 0; end < cells.length; end++) {
    width += cells[end]?.width ?? 0;
    if (width > room - 2) break;
  }
  return { start, end };
}

function summary({ file, problems }: DiagnosticsView, paint: ChalkInstance): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const counts = [count(errors, 'error'), count(problems.length - errors, 'warning')].filter((text) => text !== '');
  const where = file === undefined ? '' : ` in ${harmless(file)}`;
  return paint.bold(counts.join(', ')) + where;
}

const count = (number: number, word: string): string => (number === 0 ? '' : counted(number, word));
