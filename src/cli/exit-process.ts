import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Standard streams that are terminals at program start. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/** Whether standard input was a terminal at program start. It still counts as one after a hangup. */
export const beganOnTerminal = terminals.includes(0);

/**
 * Ends the process. At exit, Node restores terminals, and crashes with SIGSEGV if another file has taken a terminal's
 * descriptor.
 */
export function exitProcess(code: number): never {
  for (const fd of terminals) {
    if (isatty(fd)) continue;
    closeSync(fd);
    // This takes the descriptor that was just closed, because it is the lowest free one.
    openSync('/dev/null', 'r+');
  }
  process.exit(code);
}

/** How long file operations may still take when everything else is done, and how often to check, in ms. */
const PATIENCE = 1_000;
const LOOK_EVERY = 20;

const hasOpenStep = (): boolean => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));

/** Ends the process within a second, even if a file system hangs: `process.exit` would wait forever for its threads. */
export async function exitDespiteFiles(code: number): Promise<void> {
  if (!hasOpenStep()) exitProcess(code);
  const { createSystemClock } = await import('../clocks/system.js');
  const clock = createSystemClock();
  const begun = clock.monotonic();
  const look = () => {
    if (!hasOpenStep()) exitProcess(code);
    if (clock.monotonic() - begun < PATIENCE) {
      clock.after(LOOK_EVERY, look);
      return;
    }
    process.stderr.write('timers: a file system does not respond, so the process ends itself with SIGKILL\n');
    process.kill(process.pid, 'SIGKILL');
    // PID 1 of a container ignores SIGKILL from itself.
    exitProcess(code);
  };
  look();
}
