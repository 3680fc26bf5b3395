import { contentLines } from '../content-lines.js';
import type { Difference, ImportContext, Imported, Importer, SourceFile } from '../kind.js';
import { entryForm, hasUserColumn, isOfCron } from './entry.js';
import { readCrontabExpression } from './expression.js';
import { CrontabReader } from './reader.js';
import { readAssignment } from './assignment.js';

/** Crontabs of users, `/etc/crontab` and `/etc/cron.d`, as cronie and Debian's cron read them. */
export const crontab: Importer = {
  name: 'crontab',
  summary: 'user crontabs, /etc/crontab and /etc/cron.d',
  recognize,
  read: (files, context) => merged(files.map((file) => readFile(file, context))),
};

/**
 * Rates a file by the share of lines that are entries or assignments. Even a crontab may have invalid entries, or none.
 */
function recognize({ path, text }: SourceFile): number {
  const lines = contentLines(text);
  const others = lines.filter((line) => readAssignment(line) === undefined);
  const entries = others.filter(isEntry).length;
  if (entries > 0) return (0.8 * (lines.length - others.length + entries)) / lines.length;
  const isSound = others.every((line) => entryForm(line) !== undefined);
  if (isOfCron(path)) return isSound ? 0.1 : 0;
  return isSound && others.some((line) => TIME_OF_DAY.test(line)) ? 0.05 : 0;
}

/** A minute and an hour, even if cron rejects them. */
const TIME_OF_DAY = /^\s*[\d*][\d*,/-]*\s+[\d*][\d*,/-]*\s/;

/**
 * Whether cron accepts a line as an entry. It rejects a command that begins with `*`: then the schedule has more
 * fields, and belongs to another format.
 */
function isEntry(line: string): boolean {
  const form = entryForm(line);
  if (form === undefined || form.rest.startsWith('*')) return false;
  return form.when === '@reboot' || typeof readCrontabExpression(form.when) !== 'string';
}

function readFile(file: SourceFile, context: ImportContext): Imported {
  const lines = file.text.split('\n');
  const reader = new CrontabReader(file.path, { context, isSystem: hasUserColumn(file.path, lines) });
  for (const [index, line] of lines.entries()) reader.line(line, index + 1);
  return reader.end(file.text);
}

function merged(read: readonly Imported[]): Imported {
  const told = new Set<string>();
  // cron's defaults for variables are the same for all files.
  const isNew = ({ severity, text, message }: Difference) =>
    severity !== 'note' || text !== undefined || !told.has(message);
  const differences: Difference[] = [];
  for (const one of read.flatMap((file) => file.differences)) {
    if (isNew(one)) differences.push(one);
    told.add(one.message);
  }
  return { settings: {}, timers: read.flatMap(({ timers }) => timers), differences };
}
