import type { FiringStatus } from '../../../../domain/outcome.js';
import type { RecentRecord } from '../../../../domain/status-record.js';
import { SECOND } from '../../../../domain/time.js';
import type { TerminalStyle } from './terminal-style.js';

const BARS = '▁▂▃▄▅▆▇█';
/** The highest bar represents at least this duration, so that differences of milliseconds do not show. */
const LOW: number = 10 * SECOND;

const SIGNS: Readonly<Record<Exclude<FiringStatus, 'success'>, readonly [string, string]>> = {
  failure: ['✗', 'x'],
  timeout: ['t', 't'],
  canceled: ['c', 'c'],
  lost: ['?', '?'],
  skipped: ['s', 's'],
  missed: ['m', 'm'],
};

/**
 * Renders one character per outcome, newest last. The height of a success is its duration relative to the longest
 * shown. In ASCII, all successes are dots.
 */
export function sparkLine(recent: readonly RecentRecord[], width: number, { isUnicode }: TerminalStyle): string {
  const shown = recent.slice(Math.max(0, recent.length - width));
  const longest = Math.max(LOW, ...shown.map(({ duration_ms: duration }) => duration ?? 0));
  return shown
    .map(({ status, duration_ms: duration }) => {
      if (status !== 'success') return SIGNS[status][isUnicode ? 0 : 1];
      return isUnicode ? BARS.charAt(Math.min(7, Math.floor(((duration ?? 0) / longest) * 8))) : '.';
    })
    .join('');
}

/** Lists every sign and its meaning, for the help. */
export function signsInWords({ isUnicode }: TerminalStyle): readonly string[] {
  const signs = Object.entries(SIGNS).map(([status, pair]) => `${pair[isUnicode ? 0 : 1]} ${status}`);
  return [isUnicode ? '▁ to █ success, by how long it took' : '. success', ...signs];
}

/** Colors bars green, failures red, and everything else yellow. */
export function paintSpark(line: string, { chalk }: TerminalStyle): string {
  if (chalk.level === 0) return line;
  return line.replace(/([▁-█.]+)|([✗xt?]+)|([csm]+)/g, (run, good?: string, bad?: string) =>
    good !== undefined ? chalk.green(run) : bad !== undefined ? chalk.red(run) : chalk.yellow(run),
  );
}
