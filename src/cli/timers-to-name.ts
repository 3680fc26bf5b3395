import { firstNames } from '../text/nearest.js';

const MISSING_NAME = /^error: missing required argument '(?:name|name-or-run|what)': |^which timers\?/;

/** Adds the timers of the file to a message about a missing name. Other messages stay as they are. */
export async function withTimers(message: string, file: string | undefined, cwd: () => string): Promise<string> {
  if (!MISSING_NAME.test(message)) return message;
  const { readTimerNames } = await import('../config/index.js');
  const { createSystemClock } = await import('../clocks/system.js');
  const { thisMachine } = await import('../this-machine.js');
  const request = { cwd: cwd(), ...(file !== undefined && { file }) };
  const names = await readTimerNames(request, thisMachine(createSystemClock().now()));
  return names.length === 0 ? message : `${message}. The timer file has: ${firstNames(names)}`;
}
