import type { KeyEntry } from '../../domain/key-entry.js';
import { scheduleKinds } from '../../schedules/index.js';
import { type KeyOf, type KeyLevel } from '../check/schema.js';
import { FILE } from './file.js';
import { FILE_MAPS } from './file-maps.js';
import { TIMER_MAPS } from './timer-maps.js';
import { COMMAND_KEYS, REPORT_KEYS, LIMIT_KEYS, RUN_KEY, WHEN_KEYS } from './timer-keys.js';

/**
 * The entries of all keys of the timer file. The reference, the schema for editors and `timers help keys` use them.
 * Their texts are loaded only where they are shown.
 */

type Entries = Readonly<Record<string, KeyEntry>>;

const without = `Exactly one of ${scheduleKinds.map(({ key }) => `\`${key}\``).join(', ')} is required.`;
const SCHEDULES: Entries = Object.fromEntries(scheduleKinds.map(({ key, entry }) => [key, { without, ...entry }]));

const shared: Readonly<Record<KeyOf<'defaults'>, KeyEntry>> = {
  ...WHEN_KEYS,
  ...COMMAND_KEYS,
  ...LIMIT_KEYS,
  ...REPORT_KEYS,
};

/** By level, then by key. `every` is the map of the schedule key. */
export const KEY_ENTRIES: Readonly<Record<KeyLevel | 'every', Entries>> = {
  file: FILE,
  timer: { ...SCHEDULES, run: RUN_KEY, ...shared },
  defaults: shared,
  every: Object.fromEntries(
    scheduleKinds.flatMap(({ keys = {} }) => Object.entries(keys).map(([key, { entry }]) => [key, entry])),
  ),
  ...TIMER_MAPS,
  ...FILE_MAPS,
};

/** Keys that belong together, in the order of the reference. */
export const GROUPS: readonly {
  readonly title: string;
  readonly level: 'file' | 'timer';
  readonly entries: Entries;
}[] = [
  { title: 'The file', level: 'file', entries: FILE },
  { title: 'When a timer fires', level: 'timer', entries: { ...SCHEDULES, ...WHEN_KEYS } },
  { title: 'What a timer runs', level: 'timer', entries: { run: RUN_KEY, ...COMMAND_KEYS } },
  { title: 'Limits and failures', level: 'timer', entries: LIMIT_KEYS },
  { title: 'Reports', level: 'timer', entries: REPORT_KEYS },
];
