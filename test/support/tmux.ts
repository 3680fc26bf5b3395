import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** Why there is no real terminal; `undefined` if there is one. */
export const whyNoTmux = (): string | undefined =>
  spawnSync('tmux', ['-V']).status === 0 ? undefined : 'there is no tmux';

/** A shell in a real terminal of this many columns and rows, whose screen the test reads. */
export class Tmux {
  readonly #socket: string;

  constructor(folder: string, { columns = 80, rows = 24, env = {} }: TmuxOptions = {}) {
    this.#socket = join(folder, 'tmux.sock');
    const variables = Object.entries({ LC_ALL: 'C.UTF-8', PS1: '$ ', ...env }).map(
      ([name, value]) => `${name}=${value}`,
    );
    const shell = ['env', '-u', 'NO_COLOR', ...variables, 'bash', '--norc'];
    this.#ask('-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, '-c', folder, ...shell);
  }

  /** Types keys by tmux's names (`Down`, `Enter`), or letters. */
  press(...keys: readonly string[]): void {
    this.#ask('send-keys', ...keys);
  }

  /** Types a line and Enter. */
  type(line: string): void {
    this.#ask('send-keys', '-l', line);
    this.press('Enter');
  }

  resize(columns: number, rows: number): void {
    this.#ask('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** The screen as it is, without the blank end of lines; with `colors` as escape sequences. */
  screen({ colors = false } = {}): string {
    return this.#ask('capture-pane', '-p', ...(colors ? ['-e'] : []));
  }

  /** The screen, as soon as it matches. Rejects with the current screen if it never does. */
  until(fits: RegExp): Promise<string> {
    return eventually(String(fits), () => {
      const screen = this.screen();
      if (!fits.test(screen)) throw new Error(`the screen never showed ${String(fits)}:\n${screen}`);
      return screen;
    });
  }

  /** Whether the cursor is shown, the alternate screen is on, and lines wrap. */
  get state(): string {
    return this.#ask(
      'display-message',
      '-p',
      'cursor=#{cursor_flag} alternate=#{alternate_on} wrap=#{wrap_flag}',
    ).trim();
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
  }

  #ask(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8' });
  }
}

interface TmuxOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}
