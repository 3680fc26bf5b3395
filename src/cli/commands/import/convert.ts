import { readAccounts, type Machine } from '../../../config/index.js';
import { writeTimerFile } from '../../../config/write-timer-file.js';
import type { Difference, Imported } from '../../../importers/kind.js';
import { visible } from '../../../text/visible.js';
import { checkTimers, type CheckedTimer, type NamedImport } from './check-timers.js';
import { hoistDefaults } from './hoist.js';
import { joinExported } from './join-exported.js';
import { uniqueNames } from './names.js';

type Keys = Readonly<Record<string, unknown>>;

/** A difference and its timer. */
export interface TimerDifference extends Difference {
  /** `null` if the difference concerns the file as a whole. */
  readonly timer: string | null;
}

export interface Conversion {
  /** A timer file, in YAML. */
  readonly text: string;
  /** The timers in it. */
  readonly names: readonly string[];
  /** The differences of the file as a whole, then those of each timer, in order. */
  readonly differences: readonly TimerDifference[];
}

interface Place {
  readonly machine: Machine;
  /** Absolute path of the timer file's folder. */
  readonly folder: string;
}

type NamedTimer = CheckedTimer & NamedImport;

/** Turns the result of reading into a timer file that `timers validate` accepts. */
export function convert(read: readonly Imported[], { machine, folder }: Place): Conversion {
  const given = mergedSettings(read);
  const timers = joinExported(read.flatMap((one) => one.timers));
  const names = uniqueNames(timers.map(({ name }) => name));
  const context = {
    machine: { accounts: readAccounts(), ...machine },
    folder,
    settings: given,
    compared: new WeakMap(),
  };
  const named = timers.map((timer, index): NamedImport => ({ timer, name: names[index] ?? '' }));
  const checked = checkTimers(named, context).map((one, index) => ({ ...one, ...named[index] }) as NamedTimer);
  const kept = checked.filter(({ keys }) => keys !== undefined);
  const general = [...read.flatMap((one) => one.differences), ...aboutRoot(kept, machine)];
  const lost = checked.filter(({ keys }) => keys === undefined).flatMap(({ differences }) => differences);
  return {
    text: kept.length === 0 ? '' : write(kept, given, [...general, ...lost]),
    names: kept.map(({ name }) => name),
    differences: [
      ...general.map((one) => ({ ...one, timer: null })),
      ...checked.flatMap(({ name, differences }) => differences.map((one) => ({ ...one, timer: name }))),
    ],
  };
}

/** Merges the settings of all sources. If two sources differ, the first one takes precedence. */
const mergedSettings = (read: readonly Imported[]): Keys =>
  Object.assign({}, ...read.map(({ settings }) => settings).reverse()) as Keys;

/** Reports what `timers validate` will reject. */
function aboutRoot(kept: readonly NamedTimer[], { uid }: Machine): readonly Difference[] {
  const first = kept.find(({ keys }) => keys?.['user'] !== undefined);
  if (uid === 0 || first === undefined) return [];
  const message = 'Only root can run commands as another user, so timers validate and timers start reject user here.';
  const hint = 'Run both as root, for example with sudo, or remove user.';
  return [{ ...first.timer.place, severity: 'warning', message, hint }];
}

/** The maximum width of comments, in columns, including the indent of a timer. */
const COMMENT_WIDTH = 96;

function write(kept: readonly NamedTimer[], settings: Keys, general: readonly Difference[]): string {
  const { defaults, timers } = hoistDefaults(kept.map(({ keys }) => keys ?? {}));
  const given = (settings['defaults'] ?? {}) as Keys;
  const all = { ...defaults, ...given };
  return writeTimerFile({
    comment: ['Written by "timers import".', ...general.flatMap((one) => commentOf(one, placeOf(one)))],
    settings: { ...settings, ...(Object.keys(all).length > 0 && { defaults: all }) },
    timers: kept.map(({ name, timer: { place }, differences }, index) => ({
      name,
      comment: [placeOf(place), ...differences.flatMap((one) => commentOf(one))],
      keys: timers[index] ?? {},
    })),
  });
}

const placeOf = ({ file, line }: Pick<Difference, 'file' | 'line'>): string =>
  visible(`${file === '-' ? 'standard input' : file}:${line}`);

/**
 * Writes a difference as the lines of a comment. `place`: where it occurs, if the comment is not directly above that
 * place.
 */
function commentOf({ severity, message, hint, text }: Difference, place?: string): readonly string[] {
  const words = [place, `${severity}:`, text && `${text}:`, message, hint].filter((part) => part !== undefined);
  const lines: string[] = [];
  for (const word of visible(words.join(' ').replace(/\s+/g, ' ')).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= COMMENT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
