import type { Executor } from '../domain/executor.js';

/**
 * Runs each command on the workers that its timer asks for, or on this machine. Without workers, all commands run on
 * this machine.
 */
export function byPlace(local: Executor, workers: Executor | undefined): Executor {
  if (workers === undefined) return local;
  return { execute: (command, io) => (command.runOn === undefined ? local : workers).execute(command, io) };
}
