import { emitKeypressEvents } from 'node:readline';
import type { Cancel } from '../../../domain/time.js';
import type { Size } from './view.js';

/** Selects the alternate screen, without cursor and wrapping, and clears it. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[H\u001b[2J';
/** Undoes {@link ENTER} in reverse order, and resets the colors. */
const LEAVE = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
/** Terminals that support these sequences show everything between the two at once. Other terminals ignore them. */
const TOGETHER = ['\u001b[?2026h', '\u001b[?2026l'] as const;

/**
 * Owns the terminal of this process between {@link enter} and {@link leave}. However the process ends, the terminal is
 * left as it was found.
 */
export class Screen {
  readonly #onExit = () => this.leave();
  #lines: readonly string[] = [];
  #isEntered = false;

  /** Whether this process has a terminal to draw a screen on and to read keys from. */
  static isAvailable(): boolean {
    return process.stdout.isTTY && process.stdin.isTTY && process.env['TERM'] !== 'dumb';
  }

  get size(): Size {
    const { columns, rows } = process.stdout;
    return { columns, rows };
  }

  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#lines = [];
    process.on('exit', this.#onExit);
    process.stdin.setRawMode(true).resume();
    process.stdout.write(ENTER);
  }

  /** Restores the terminal. Can be called at any time, any number of times. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    process.off('exit', this.#onExit);
    process.stdout.write(LEAVE);
    process.stdin.setRawMode(false).pause();
  }

  /** Shows these lines. Writes only lines that changed. */
  draw(lines: readonly string[]): void {
    if (!this.#isEntered) return;
    const changed = lines.flatMap((line, row) =>
      line === this.#lines[row] ? [] : [`\u001b[${row + 1};1H\u001b[2K${line}`],
    );
    this.#lines = lines;
    if (changed.length > 0) process.stdout.write(TOGETHER.join(changed.join('')));
  }

  /** Clears the screen, so that the next {@link draw} writes every line. */
  forget(): void {
    this.#lines = [];
    if (this.#isEntered) process.stdout.write('\u001b[2J');
  }

  /** Reports each key by the character that it prints or by its name: `up`, `enter`, `ctrl-c`. */
  onKey(listener: (key: string) => void): Cancel {
    const { stdin } = process;
    const heard = (text: string | undefined, { name, ctrl, meta }: Pressed) => {
      const key = nameOf(text, { name, ctrl, meta });
      if (key !== undefined) listener(key);
    };
    emitKeypressEvents(stdin);
    stdin.on('keypress', heard);
    return () => stdin.off('keypress', heard);
  }

  onResize(listener: (size: Size) => void): Cancel {
    const { stdout } = process;
    const resized = () => listener(this.size);
    stdout.on('resize', resized);
    return () => stdout.off('resize', resized);
  }

  /**
   * Reports that the process was stopped and resumed. Other programs may have used the terminal in between, so it is
   * entered again.
   */
  onContinue(listener: () => void): Cancel {
    const continued = () => {
      this.leave();
      this.enter();
      listener();
    };
    process.on('SIGCONT', continued);
    return () => process.off('SIGCONT', continued);
  }

  /** Reports that the terminal was closed. */
  onGone(listener: () => void): Cancel {
    const { stdin } = process;
    const events = ['end', 'close', 'error'] as const;
    for (const event of events) stdin.on(event, listener);
    return () => {
      for (const event of events) stdin.off(event, listener);
    };
  }
}

interface Pressed {
  readonly name?: string | undefined;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

function nameOf(text: string | undefined, { name, ctrl, meta }: Pressed): string | undefined {
  if (name === 'return' || name === 'enter') return 'enter';
  if (ctrl && name !== undefined) return `ctrl-${name}`;
  if (name === 'escape') return 'escape';
  // Alt with a key counts as a different key, which has no meaning here.
  if (meta) return undefined;
  if (name === 'space') return ' ';
  return text !== undefined && /^[^\p{Cc}]$/u.test(text) ? text : name;
}
