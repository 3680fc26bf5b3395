import type { WriteStream } from 'node:tty';
import { visible } from '../text/visible.js';

/** Where a command speaks: data on standard output, everything said to the person on standard error. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Characters in a line of standard output; 80 where it is unknown. */
  readonly width: number;
  /** Whether a person watches standard output or standard error. */
  readonly isWatched: { readonly out: boolean; readonly err: boolean };
  /** Whether colour is welcome there. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Writes lines of data. Whatever a line holds, it stays one, and no control character is sent. */
  out(...lines: readonly string[]): void;
  /** As {@link out}, for lines that a renderer has painted: it has made visible what is not its own. */
  outPainted(...lines: readonly string[]): void;
  /** Resolves when standard output can take more: `false` when nobody reads it any more. */
  drained(): Promise<boolean>;
  /** Resolves when nobody reads standard output any more. */
  readonly unread: Promise<void>;
  /** Says lines to the person; as {@link out}. */
  err(...lines: readonly string[]): void;
  /** As {@link outPainted}. */
  errPainted(...lines: readonly string[]): void;
}

/** The terminal of this process. `isPlain` refuses colour whatever the terminal can. */
export function openTerminal(isPlain: boolean): Terminal {
  const { stdout, stderr } = process;
  let isRead = true;
  const color = { out: !isPlain && isColorful(stdout), err: !isPlain && isColorful(stderr) };
  const unread = new Promise<void>((resolve) => {
    stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
      isRead = false;
      if (code === 'EPIPE') resolve();
    });
  });
  stderr.on('error', () => undefined);
  return {
    cwd: process.cwd(),
    env: process.env,
    width: (stdout.isTTY && stdout.columns) || 80,
    isWatched: { out: stdout.isTTY, err: stderr.isTTY },
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

/** How many columns a table may take: those of the terminal. Into a pipe or a file nothing is cut. */
export const tableWidth = ({ isWatched, width }: Pick<Terminal, 'isWatched' | 'width'>): number =>
  isWatched.out ? width : Infinity;

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Lets through what chalk writes. */
const visiblePainted = (line: string): string =>
  line
    .split(PAINT)
    .map((part, index) => (index % 2 === 0 ? visible(part) : part))
    .join('');
const PAINT = new RegExp('(\\u001b\\[\\d{1,2}m)');

const relieved = (stream: WriteStream): Promise<void> =>
  new Promise((resolve) => {
    const events = ['drain', 'error', 'close'] as const;
    const settle = () => {
      for (const event of events) stream.off(event, settle);
      resolve();
    };
    for (const event of events) stream.on(event, settle);
  });

/** Whether it shows more than ASCII: by the locale, as C programs do. */
export function hasUnicode({ env }: Terminal): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return locale !== undefined && /utf-?8/i.test(locale);
}

/** NO_COLOR (no-color.org) and FORCE_COLOR speak first, then whether it is a terminal that has any. */
function isColorful(stream: WriteStream): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force } = process.env;
  if (no !== undefined && no !== '') return false;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY && stream.hasColors();
}
