import { jsonText } from '../text/visible.js';
import { shortPath } from './load.js';
import type { TimerChange } from '../daemon/plan-change.js';
import type { Reading } from '../daemon/reloader.js';
import { tableWidth, type Terminal } from './terminal.js';
import { renderDiagnostics } from './render/diagnostics.js';
import { fullStartInWords } from './render/firings.js';
import { renderColumns } from './render/table.js';

interface Printing {
  readonly terminal: Terminal;
  /** IANA name, for local times. */
  readonly timezone: string;
  /** Whether this is a preview that changed nothing. */
  readonly isDry: boolean;
  readonly asJson: boolean;
}

/** Prints what loading a file would change or has changed, or why the file cannot be loaded. */
export function printReading(reading: Reading, { terminal, timezone, isDry, asJson }: Printing): void {
  if (asJson) {
    terminal.out(jsonText(toJson(reading)));
    return;
  }
  const file = shortPath(reading.file, terminal.cwd);
  if (!reading.valid) {
    const { problems, source } = reading;
    const { color, width } = terminal;
    terminal.errPainted(...renderDiagnostics({ file, source, problems, color: color.err, width }));
    terminal.err(`timers: ${file} was not loaded; the timers are unchanged`);
    return;
  }
  const { changes, needs_restart: later } = reading;
  if (changes.length > 0) terminal.out(...tableOf(changes, tableWidth(terminal), timezone));
  const taken = isDry ? `${file} would be loaded` : `${file} is loaded`;
  terminal.err(`timers: ${taken}: ${changes.length === 0 ? 'no timers change' : countsOf(changes)}`);
  if (later.length > 0) terminal.err(`timers: changes that take effect at the next start: ${later.join(', ')}`);
}

/** Leaves out the file's text, which may be long. */
const toJson = (reading: Reading) => ({ ...reading, source: undefined });

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

function tableOf(changes: readonly TimerChange[], width: number, zone: string): string[] {
  const next = (due: string | null, starts = due) =>
    due === null || starts === null
      ? '-'
      : fullStartInWords({ due: Date.parse(due), offset: Date.parse(starts) - Date.parse(due) }, zone);
  const columns = [
    { head: '', cells: changes.map(({ change }) => SIGNS[change]) },
    { head: 'NAME', cells: changes.map(({ task_name: name }) => name) },
    { head: 'CHANGED', cells: changes.map(({ keys }) => keys.join(', ')) },
    { head: 'NEXT BEFORE', cells: changes.map((change) => next(change.next_before, change.starts_before)) },
    { head: `NEXT AFTER (${zone})`, cells: changes.map((change) => next(change.next_after, change.starts_after)) },
  ];
  return renderColumns(columns, {
    width,
    flexible: ['CHANGED', 'NAME'],
    spared: ['NEXT BEFORE'],
    rooms: { CHANGED: 12 },
  });
}

const countsOf = (changes: readonly TimerChange[]): string =>
  (['added', 'removed', 'changed'] as const)
    .map((word) => ({ word, count: changes.filter(({ change }) => change === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`)
    .join(', ');
