import type { Imported } from './kind.js';

/** Merges the results of single files. If two files have the same setting, the first one wins. */
export const joined = (read: readonly Imported[]): Imported => ({
  settings: Object.assign({}, ...read.map(({ settings }) => settings).toReversed()) as Imported['settings'],
  timers: read.flatMap(({ timers }) => timers),
  differences: read.flatMap(({ differences }) => differences),
});
