import { entryOf, type TimerEvent } from './events/index.js';

/**
 * An event under its public names, which users and other programs rely on: flat, snake_case, JSON-safe. The log and the
 * history use the same names.
 */
export type LogRecord = { readonly event: TimerEvent['event'] } & Readonly<Record<string, unknown>>;

/** Gives an event its public names. */
export const toRecord = (event: TimerEvent): LogRecord =>
  Object.assign({ event: event.event }, entryOf(event).toFields(event));
