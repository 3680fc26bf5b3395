import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Standard streams that are terminals when the program begins. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/** Whether standard input was a terminal when the program began. It still counts as one after a hang-up. */
export const beganOnTerminal = terminals.includes(0);

/** Ends the process. Node restores terminals then, and dies by SIGSEGV of one that has gone away meanwhile: it finds another file in its place. */
export function exitProcess(code: number): never {
  for (const fd of terminals) {
    if (isatty(fd)) continue;
    closeSync(fd);
    // The lowest descriptor that is free.
    openSync('/dev/null', 'r+');
  }
  process.exit(code);
}

/** How long steps on files may still take when everything else is over, and how often that is looked at. */
const PATIENCE = 1_000;
const LOOK_EVERY = 20;

const hasOpenStep = (): boolean => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));

/** Ends the process, at once or within a second: also where a file system hangs, for whose threads `process.exit` waits for ever. */
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
    process.stderr.write('timers: a file system does not respond, so the process ends itself by SIGKILL\n');
    process.kill(process.pid, 'SIGKILL');
    // PID 1 of a container ignores that.
    exitProcess(code);
  };
  look();
}
