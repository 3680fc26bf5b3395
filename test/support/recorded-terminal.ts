import type { Terminal } from '../../src/cli/terminal.js';

/** A terminal of 80 columns without color, in a folder, that records what is printed on it. */
export class RecordedTerminal implements Terminal {
  readonly env = {};
  readonly width = 80;
  readonly isWatched = { out: false, err: false };
  readonly color = { out: false, err: false };
  readonly unread = new Promise<void>(() => undefined);
  readonly cwd: string;
  said = '';
  complained = '';

  constructor(cwd: string) {
    this.cwd = cwd;
  }

  out(...lines: readonly string[]): void {
    for (const line of lines) this.said += `${line}\n`;
  }

  outPainted(...lines: readonly string[]): void {
    this.out(...lines);
  }

  drained(): Promise<boolean> {
    return Promise.resolve(true);
  }

  err(...lines: readonly string[]): void {
    for (const line of lines) this.complained += `${line}\n`;
  }

  errPainted(...lines: readonly string[]): void {
    this.err(...lines);
  }
}
