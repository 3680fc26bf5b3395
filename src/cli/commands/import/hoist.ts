import { isDeepStrictEqual } from 'node:util';
import { scheduleKinds } from '../../../schedules/index.js';

type Keys = Readonly<Record<string, unknown>>;

/** The keys that never move to `defaults`. */
const OWN: ReadonlySet<string> = new Set([...scheduleKinds.map(({ key }) => key), 'run', 'description']);

/** Moves keys with the same value in all timers to `defaults`. A single timer keeps its keys. */
export function hoistDefaults(timers: readonly Keys[]): { readonly defaults: Keys; readonly timers: readonly Keys[] } {
  const [first, ...others] = timers;
  if (first === undefined || others.length === 0) return { defaults: {}, timers };
  const shared = Object.entries(first).filter(
    ([key, value]) => !OWN.has(key) && others.every((other) => isDeepStrictEqual(other[key], value)),
  );
  const names = new Set(shared.map(([key]) => key));
  return {
    defaults: Object.fromEntries(shared),
    timers: timers.map((keys) => Object.fromEntries(Object.entries(keys).filter(([key]) => !names.has(key)))),
  };
}
