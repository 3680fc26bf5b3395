import { Chalk, type ChalkInstance } from 'chalk';
import type { Difference } from '../../../importers/kind.js';
import { jsonText } from '../../../text/visible.js';
import { harmless, wrap } from '../../render/cells.js';
import type { Terminal } from '../../terminal.js';
import type { Conversion, TimerDifference } from './convert.js';

/** Reports the differences by timer, on standard error: place, severity, what is different, and what to do. */
export function printReport(terminal: Terminal, { names, differences }: Conversion, output: string | undefined): void {
  const paint = new Chalk({ level: terminal.color.err ? 1 : 0 });
  const groups = new Map<string | null, TimerDifference[]>();
  for (const one of differences) groups.set(one.timer, [...(groups.get(one.timer) ?? []), one]);
  for (const [timer, group] of groups) {
    terminal.errPainted(paint.bold(timer ?? 'All timers'));
    for (const one of group) terminal.errPainted(...rendered(one, { paint, width: terminal.width }));
    terminal.errPainted('');
  }
  // An earlier line already says why there is nothing to report.
  if (names.length === 0 && differences.length === 0) return;
  const where = output === undefined ? '' : ` in ${output}`;
  terminal.err(`${counted(names.length, 'timer')}${where}, ${summary(differences)}.`);
}

const INDENT = '    ';

function rendered(one: Difference, { paint, width }: { paint: ChalkInstance; width: number }): readonly string[] {
  const { severity, message, hint, text } = one;
  const place = `  ${placeText(one)}  `;
  const lines = wrap(`${place}${severity}  ${harmless(message)}`, width - 2, INDENT);
  const shown = text === undefined ? [] : [`${INDENT}| ${harmless(text)}`];
  const hints = hint === undefined ? [] : wrap(`${INDENT}hint: ${harmless(hint)}`, width - 2, INDENT);
  const color = { error: paint.red.bold, warning: paint.magenta.bold, note: paint.cyan }[severity];
  const [first = '', ...rest] = lines;
  return [first.replace(`${place}${severity}`, () => place + color(severity)), ...rest, ...shown, ...hints];
}

const placeText = ({ file, line }: Difference): string => `${harmless(file === '-' ? 'standard input' : file)}:${line}`;

function summary(differences: readonly Difference[]): string {
  const parts = (['error', 'warning', 'note'] as const).map((severity) =>
    counted(differences.filter((one) => one.severity === severity).length, severity),
  );
  return `with ${parts.slice(0, 2).join(', ')} and ${parts[2] ?? ''}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/**
 * Returns what `--json` prints: `content` is the timer file, `file` its path if it was written, `timers` the number of
 * its timers.
 */
export const reportRecord = ({ text, names, differences }: Conversion, output: string | undefined): string =>
  jsonText({
    file: output ?? null,
    timers: names.length,
    differences: differences.map(({ timer, severity, file, line, text: written, message, hint }) => ({
      task_name: timer,
      severity,
      file,
      line,
      text: written ?? null,
      message,
      hint: hint ?? null,
    })),
    content: text,
  });
