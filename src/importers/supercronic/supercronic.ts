import { contentLines } from '../content-lines.js';
import { readComment } from '../crontab/entry-comment.js';
import { hasUserColumn, isSystemCrontab } from '../crontab/entry.js';
import { nameOfCommand } from '../crontab/timer-name.js';
import type { Difference, ImportContext, Imported, ImportedTimer, Importer, SourceFile, SourcePlace } from '../kind.js';
import { readCronexpr, type Cronexpr } from './cronexpr.js';
import { isZoneFile } from '../zone-spelling.js';
import { supercronicSchedule } from './go-schedule.js';
import { activeYears } from './years.js';

/** Crontabs as read by supercronic 0.2. */
export const supercronic: Importer = {
  name: 'supercronic',
  summary: 'supercronic crontabs, with seconds and years',
  recognize,
  read: (files, context) => {
    const read = files.map((file) => readFile(file, context));
    return {
      settings: {},
      timers: read.flatMap(({ timers }) => timers),
      differences: read.flatMap(({ differences }) => differences),
    };
  },
};

/**
 * Rates a file by the share of lines that supercronic accepts: supercronic does not start if it rejects a line. A file
 * without seconds and years is more likely a crontab, and so is one with users.
 */
function recognize({ path, text }: SourceFile): number {
  const lines = contentLines(text);
  const jobs = lines.map(readJob).filter((job) => job !== undefined);
  if (jobs.length === 0) return 0;
  const share = (jobs.length + lines.filter((line) => assignment(line) !== undefined).length) / lines.length;
  const hasYears = jobs.some(({ count, sixth }) => count > 6 || (count === 6 && sixth !== '*'));
  // An extra `*` may also be a typo in a crontab.
  const isMostlyLonger = jobs.filter(({ count }) => count > 5).length > jobs.length / 2;
  if (isSystemCrontab(path) || (!hasYears && hasUserColumn(path, lines))) return 0;
  const isSure = share >= 1 && (hasYears || isMostlyLonger || /supercronic/i.test(path));
  return Math.min(share, 1) * (isSure ? 0.9 : 0.1);
}

interface JobLine {
  readonly expression: Cronexpr;
  readonly command: string;
  /** The number of fields. */
  readonly count: number;
  readonly sixth: string | undefined;
}

/** Reads as many fields as possible, as supercronic does. */
function readJob(line: string): JobLine | undefined {
  const words = [...line.matchAll(/\S+/g)];
  for (const count of [7, 6, 5, 1]) {
    const [last, first] = [words[count - 1], words[count]];
    if (last === undefined || first === undefined) continue;
    const text = line.slice(words[0]?.index, last.index + last[0].length);
    const expression = count === 1 && !text.startsWith('@') ? undefined : readCronexpr(text);
    if (expression) return { expression, command: line.slice(first.index), count, sixth: words[5]?.[0] };
  }
  return undefined;
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

function assignment(line: string): Variable | undefined {
  const [, name, written = ''] = /^[ \t]*([^\s=]+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  return { name, value: /^(["']).*\1$/.test(written) && written.length > 1 ? written.slice(1, -1) : written };
}

/** The variables of the whole file: the last value of each applies to all jobs. */
interface Variables {
  readonly shell: string | undefined;
  readonly timezone: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

function readFile({ path, text }: SourceFile, context: ImportContext): Imported {
  const lines = text.split('\n');
  const differences: Difference[] = [{ file: path, line: 1, ...FLAGS }];
  const variables = readVariables(path, lines, differences);
  const timers: ImportedTimer[] = [];
  let comment: string[] = [];
  for (const [index, line] of lines.entries()) {
    const place = { file: path, line: index + 1 };
    const trimmed = line.trim();
    if (trimmed.startsWith('#')) {
      comment.push(trimmed.slice(1));
      continue;
    }
    if (trimmed !== '' && assignment(line) === undefined) {
      const job = readJob(line);
      if (job) timers.push(...timersOf(job, place, { comment, variables, context }));
      else differences.push({ ...place, ...REJECTED, text: trimmed });
    }
    comment = [];
  }
  return { settings: {}, timers, differences };
}

function readVariables(path: string, lines: readonly string[], differences: Difference[]): Variables {
  const found = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const variable = /^\s*#/.test(line) ? undefined : assignment(line);
    if (variable === undefined) continue;
    found.set(variable.name, variable.value);
    const place = { file: path, line: index + 1, text: line.trim() };
    if (variable.name === 'USER') differences.push({ ...place, ...USER });
    if (variable.name === 'CRON_TZ' && !isZoneFile(variable.value)) differences.push({ ...place, ...UNKNOWN_ZONE });
  }
  const { SHELL: shell, CRON_TZ: timezone, ...env } = Object.fromEntries(found);
  return { shell, timezone, env };
}

interface JobContext {
  readonly comment: readonly string[];
  readonly variables: Variables;
  readonly context: ImportContext;
}

/** Returns one timer, or one for each range of years. */
function timersOf(
  { expression, command }: JobLine,
  place: SourcePlace,
  { comment, variables, context }: JobContext,
): readonly ImportedTimer[] {
  const { shell, env } = variables;
  const isKnown = variables.timezone !== undefined && isZoneFile(variables.timezone);
  const timezone = isKnown ? variables.timezone : undefined;
  const { name = nameOfCommand(command), description } = readComment(comment);
  const spans = activeYears(expression.years, context.now);
  const timer = {
    name,
    place,
    whenDifferent: "supercronic uses Go's reading of a local time that a clock change skips or repeats.",
  };
  const keysOf = (years: Readonly<Record<string, unknown>>) => ({
    ...(description !== undefined && { description }),
    cron: expression.written,
    ...(timezone !== undefined && { timezone }),
    ...years,
    ...(shell !== undefined && shell !== '/bin/sh' && { shell }),
    ...(Object.keys(env).length > 0 && { env }),
    run: command,
  });
  if (typeof spans === 'string')
    return [
      { ...timer, keys: keysOf({ enabled: false }), differences: [{ ...place, severity: 'warning', message: spans }] },
    ];
  const original = supercronicSchedule(expression.fields, timezone ?? context.timezone);
  return spans.map((span) => ({
    ...timer,
    keys: keysOf(span.keys),
    differences: [],
    original: span.part(original),
  }));
}

const FLAGS: Pick<Difference, 'severity' | 'message'> = {
  severity: 'note',
  message:
    'The flags of supercronic are not in this file. -overlapping is overlap: allow, and the guide lists the others.',
};

const REJECTED: Pick<Difference, 'severity' | 'message' | 'hint'> = {
  severity: 'error',
  message: 'supercronic rejects this line, and does not start.',
  hint: 'Write five fields, six with the year last, or seven with the second first, and a command.',
};

const USER: Pick<Difference, 'severity' | 'message'> = {
  severity: 'note',
  message: 'This variable does not change the user of commands, in supercronic or here.',
};

const UNKNOWN_ZONE: Pick<Difference, 'severity' | 'message' | 'hint'> = {
  severity: 'error',
  message: 'This is not a known time zone, and supercronic does not start. The timers use the system time zone.',
  hint: 'Use an IANA name, such as Europe/Berlin.',
};
