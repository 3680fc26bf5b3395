import type { Executor } from '../domain/executor.js';

/** Runs commands where they belong: on workers, or on this machine. Without workers, all of them run on this machine. */
export function byPlace(local: Executor, workers: Executor | undefined): Executor {
  if (workers === undefined) return local;
  return { execute: (command, io) => (command.runOn === undefined ? local : workers).execute(command, io) };
}
