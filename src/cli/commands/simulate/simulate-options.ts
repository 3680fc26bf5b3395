import { DurationError, parseDuration } from '../../../domain/duration.js';
import { nearest } from '../../../text/nearest.js';
import { HOUR, type Duration, type Instant, type TimeSpan } from '../../../domain/time.js';
import { timeOfDay } from '../../../schedules/index.js';
import { readRule, RuleError, type Rule } from '../../../simulation/rules.js';
import { UsageError } from '../../command.js';
import type { FileOption, JsonOption, StateOption } from '../../options.js';
import { readFutureTime } from '../../read-time.js';
import { checkOrder } from '../../read-window.js';

/** The options on the command line. */
export interface SimulateOptions extends FileOption, StateOption, JsonOption {
  readonly from?: string;
  readonly to: string;
  readonly durations: string;
  readonly fail?: readonly string[];
  readonly assert?: readonly string[];
  readonly suggest?: true;
  readonly seed: string;
}

/** Parses the time to simulate. By default, it begins at the next full hour on the file's clock. @throws UsageError */
export function readSimulatedSpan({ from, to }: SimulateOptions, now: Instant, timezone: string): TimeSpan {
  const start = from === undefined ? nextFullHour(now, timezone) : readFutureTime('--from', from, { now, timezone });
  const until = readFutureTime('--to', to, { now, timezone, from: start });
  checkOrder(
    { named: from === undefined ? 'the start' : '--from', begin: start },
    { option: '--to', end: until, timezone },
  );
  if (until === start)
    throw new UsageError('--to is the start of the simulation, so nothing is simulated. Use a later --to.');
  return { from: start, until };
}

function nextFullHour(now: Instant, timezone: string): Instant {
  const past = timeOfDay(now, timezone) % HOUR;
  return past === 0 ? now : now - past + HOUR;
}

/** Parses a duration given on the command line. @throws UsageError with the forms that it accepts. */
export function readDuration(option: string, text: string): Duration {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new UsageError(`${option}: ${error.message} ${error.hint}`);
  }
}

/** Parses the random seed. @throws UsageError */
export function readSeed({ seed }: SimulateOptions): number {
  if (/^\d{1,9}$/.test(seed)) return Number(seed);
  throw new UsageError(`"${seed}" is not a valid --seed. Use a whole number from 0 to 999,999,999.`);
}

/** Parses the share of a timer's attempts that fail. @throws UsageError */
export function readShares({ fail = [] }: SimulateOptions, names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    fail.map((text) => {
      const [, name = '', share] = /^(.+)=(0(?:\.\d+)?|1(?:\.0+)?)$/.exec(text) ?? [];
      if (share === undefined)
        throw new UsageError(
          `"${text}" is not a valid --fail. Use a timer and a share from 0 to 1, such as backup=0.1.`,
        );
      if (!names.includes(name))
        throw new UsageError(`--fail: the simulation has no timer "${name}".${wayTo(name, names)}`);
      return [name, Number(share)];
    }),
  );
}

/** Reads the rules. @throws UsageError with the list of possible rules. */
export function readRules({ assert = [] }: SimulateOptions, jobNames: readonly string[]): readonly Rule[] {
  try {
    return assert.map((text) => readRule(text, { jobNames, timeOfDay }));
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new UsageError(`--assert: ${error.message}`);
  }
}

function wayTo(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}
