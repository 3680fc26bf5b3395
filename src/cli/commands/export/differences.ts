import { Chalk } from 'chalk';
import type { ExportDifference, ExportedFile } from '../../../exporters/kind.js';
import { jsonText } from '../../../text/visible.js';
import { harmless, wrap } from '../../render/cells.js';
import type { Terminal } from '../../terminal.js';

/** Reports differences by timer, on standard error. */
export function printDifferences(terminal: Terminal, differences: readonly ExportDifference[]): void {
  const paint = new Chalk({ level: terminal.color.err ? 1 : 0 });
  const colors = { error: paint.red.bold, warning: paint.magenta.bold, note: paint.cyan };
  for (const timer of new Set(differences.map((one) => one.timer))) {
    terminal.errPainted(paint.bold(harmless(timer)));
    for (const { severity, message, hint } of differences.filter((one) => one.timer === timer)) {
      const words = hint === undefined ? message : `${message} ${hint}`;
      const [first = '', ...rest] = wrap(`  ${severity}  ${harmless(words)}`, terminal.width - 2, '    ');
      terminal.errPainted(
        first.replace(severity, () => colors[severity](severity)),
        ...rest,
      );
    }
  }
}

/** Returns what `--json` prints: the files, and what works differently there. */
export const exportRecord = (files: readonly ExportedFile[], differences: readonly ExportDifference[]): string =>
  jsonText({
    files: files.map(({ name, text }) => ({ name, content: text })),
    differences: differences.map(({ timer, severity, message, hint }) => ({
      task_name: timer,
      severity,
      message,
      hint: hint ?? null,
    })),
  });
