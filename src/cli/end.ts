import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Standard streams that are terminals when the program begins. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/** Whether standard input was a terminal when the program began. It still counts as one after a hang-up. */
export const beganOnTerminal = terminals.includes(0);

/** Ends the process. Node restores terminals then, and dies by SIGSEGV of one that has gone away meanwhile: it finds another file in its place. */
export function end(code: number): never {
  for (const fd of terminals) {
    if (isatty(fd)) continue;
    closeSync(fd);
    // The lowest descriptor that is free.
    openSync('/dev/null', 'r+');
  }
  process.exit(code);
}
