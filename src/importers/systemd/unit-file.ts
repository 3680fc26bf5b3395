import type { SourceFile } from '../kind.js';

/** One line of a unit file, such as `OnCalendar=daily` below `[Timer]`. */
export interface UnitSetting {
  readonly section: string;
  readonly key: string;
  /** Without surrounding blanks; continued lines are joined. */
  readonly value: string;
  readonly file: string;
  /** Counts from 1. For a continued line, the first of its lines. */
  readonly line: number;
}

/** A line that is neither a section, a setting nor a comment. */
export interface OddLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** A unit file, read by the rules of systemd.syntax(7). */
export interface ParsedUnit {
  readonly settings: readonly UnitSetting[];
  readonly oddLines: readonly OddLine[];
}

export function parseUnit({ path, text }: SourceFile): ParsedUnit {
  const settings: UnitSetting[] = [];
  const oddLines: OddLine[] = [];
  let section = '';
  for (const { content, line } of logicalLines(text)) {
    const header = /^\[(.*)\]$/.exec(content)?.[1];
    const equals = content.indexOf('=');
    if (header !== undefined) section = header;
    else if (equals <= 0 || section === '') oddLines.push({ file: path, line, text: content });
    else {
      const [key, value] = [content.slice(0, equals).trim(), content.slice(equals + 1).trim()];
      settings.push({ section, key, value, file: path, line });
    }
  }
  return { settings, oddLines };
}

interface LogicalLine {
  readonly content: string;
  readonly line: number;
}

/** Joins lines that end in a backslash. Drops comments, even in the middle of a continued line. */
function logicalLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  let open: LogicalLine | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*[#;]/.test(raw)) continue;
    const { content, line } = open ?? { content: '', line: index + 1 };
    const goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(raw);
    const joined = { content: content + (goesOn ? `${raw.slice(0, -1)} ` : raw), line };
    open = goesOn ? joined : undefined;
    if (!goesOn) lines.push(joined);
  }
  if (open !== undefined) lines.push(open);
  return lines.map(({ content, line }) => ({ content: content.trim(), line })).filter(({ content }) => content !== '');
}
