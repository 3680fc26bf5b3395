import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { visible } from '../text/visible.js';

/** Where a command prints: data on standard output, messages for the user on standard error. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The width of standard output, in columns; 80 if unknown. */
  readonly width: number;
  /** Whether a person watches standard output or standard error. */
  readonly isWatched: { readonly out: boolean; readonly err: boolean };
  /** Whether each stream may use color. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Writes lines of data. Whatever a line contains, it stays one line, and no control character is sent. */
  out(...lines: readonly string[]): void;
  /** Like {@link out}, for lines that a renderer has already made safe and colored. */
  outPainted(...lines: readonly string[]): void;
  /** Resolves when standard output accepts more, with `false` once it has no reader. */
  drained(): Promise<boolean>;
  /** Resolves when standard output no longer has a reader, or cannot be written. */
  readonly unread: Promise<void>;
  /** Prints messages for the user, otherwise like {@link out}. */
  err(...lines: readonly string[]): void;
  /** Like {@link outPainted}. */
  errPainted(...lines: readonly string[]): void;
}

/** What a terminal needs from its process. */
export interface TerminalProcess extends Pick<NodeJS.Process, 'env' | 'cwd'> {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

/** A standard stream. Without a terminal, it has no columns. */
type Stream = Writable & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

/** Opens the terminal of a process. `isPlain` disables color, whatever the terminal supports. */
export function openTerminal(isPlain: boolean, { stdout, stderr, env, cwd }: TerminalProcess): Terminal {
  let isRead = true;
  const mayColor = (stream: Stream) => !isPlain && isColorful(stream, env);
  const color = { out: mayColor(stdout), err: mayColor(stderr) };
  const unread = new Promise<void>((resolve) => {
    stdout.on('error', () => {
      isRead = false;
      resolve();
    });
  });
  stderr.on('error', () => undefined);
  return {
    cwd: cwd(),
    env,
    width: (stdout.isTTY && stdout.columns) || 80,
    isWatched: { out: stdout.isTTY === true, err: stderr.isTTY === true },
    color,
    out: (...lines) => void stdout.write(textOf(lines.map(visible))),
    outPainted: (...lines) => void stdout.write(textOf(color.out ? lines.map(visiblePainted) : lines.map(visible))),
    drained: async () => {
      if (isRead && stdout.writableNeedDrain) await relieved(stdout);
      return isRead;
    },
    unread,
    err: (...lines) => void stderr.write(textOf(lines.map(visible))),
    errPainted: (...lines) => void stderr.write(textOf(color.err ? lines.map(visiblePainted) : lines.map(visible))),
  };
}

/** Returns how many columns a table may take: those of the terminal. In a pipe or a file, nothing is cut. */
export const tableWidth = ({ isWatched, width }: Pick<Terminal, 'isWatched' | 'width'>): number =>
  isWatched.out ? width : Infinity;

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Makes a line safe, except for the sequences that chalk writes. */
const visiblePainted = (line: string): string =>
  line
    .split(PAINT)
    .map((part, index) => (index % 2 === 0 ? visible(part) : part))
    .join('');
const PAINT = new RegExp('(\\u001b\\[\\d{1,2}m)');

const relieved = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    const events = ['drain', 'error', 'close'] as const;
    const settle = () => {
      for (const event of events) stream.off(event, settle);
      resolve();
    };
    for (const event of events) stream.on(event, settle);
  });

/** Returns whether the terminal can show more than ASCII, according to the locale, as in C programs. */
export function hasUnicode({ env }: Terminal): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return locale !== undefined && /utf-?8/i.test(locale);
}

/**
 * Returns whether to use color. NO_COLOR (no-color.org) and FORCE_COLOR take precedence over what the terminal
 * supports.
 */
function isColorful(stream: Stream, { NO_COLOR: no, FORCE_COLOR: force }: TerminalProcess['env']): boolean {
  if (no !== undefined && no !== '') return false;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && stream.hasColors?.() === true;
}
