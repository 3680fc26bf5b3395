import type { ChalkInstance } from 'chalk';
import { humanDuration } from '../../domain/human-duration.js';
import type { RunRecord, TimerRecord } from '../../domain/status-record.js';
import { longestRunOf, timerStatesOf, type TimerState } from '../../domain/timer-state.js';
import type { Instant } from '../../domain/time.js';
import { isSoon, shortLocalTime } from './firings.js';
import type { TableCell } from './table.js';
import { columnsOf } from './cells.js';

/** The facts that show what a timer is doing, and for how long. */
export type ShownFacts = Pick<
  TimerRecord,
  'runs' | 'paused' | 'breaker' | 'enabled' | 'removed' | 'next_at' | 'last_status'
>;

/** How to show states. */
export interface StatePage {
  readonly now: Instant;
  /** IANA name, for local times. */
  readonly timezone: string;
  readonly chalk: ChalkInstance;
}

/**
 * Returns the cell of STATE: `running 12 s`, `waiting`, `paused until …`, `breaker open until …`, `disabled`,
 * `removed`, `done`, `missed` or `never ran`.
 */
export function stateCell(timer: ShownFacts, page: StatePage): TableCell {
  const words = statesInWords(timer, page, (reason) => `: ${reason}`).join(', ');
  if (timer.runs.length > 0) return { text: words, paint: page.chalk.cyan };
  return isHeld(timer) ? { text: words, paint: page.chalk.yellow } : words;
}

/** Returns the width of the widest state without its reason. The reason is cut before the end of a pause. */
export const widestState = (timers: readonly (readonly [ShownFacts, StatePage])[]): number =>
  Math.max(0, ...timers.map(([timer, page]) => columnsOf(statesInWords(timer, page, () => '').join(', '))));

const isHeld = ({ paused, breaker, enabled }: ShownFacts): boolean =>
  paused !== null || breaker.state !== 'closed' || !enabled;

function statesInWords(timer: ShownFacts, page: StatePage, because: (reason: string) => string): readonly string[] {
  const { paused, breaker } = timer;
  const reason = paused?.reason == null ? '' : because(paused.reason);
  return timerStatesOf(timer).map((state) => {
    if (state === 'paused') return `paused${until(paused?.until, page)}${reason}`;
    if (state === 'breaker open') return `breaker open${until(breaker.until, page)}`;
    return ofRuns(state, timer.runs) ?? state;
  });
}

const RUNNING: ReadonlySet<TimerState> = new Set(['running', 'waiting', 'retrying']);

/** Describes a state of runs. Returns `undefined` for any other state. */
function ofRuns(state: TimerState, runs: readonly RunRecord[]): string | undefined {
  if (!RUNNING.has(state)) return undefined;
  const { elapsed_ms: elapsed = 0 } = longestRunOf(runs) ?? {};
  const waiting = runs.filter(isWaiting).length;
  const count = state === 'waiting' ? waiting : runs.length - waiting;
  const more = [count > 1 ? ` (${count} runs)` : '', state !== 'waiting' && waiting > 0 ? `, ${waiting} waiting` : ''];
  return `${state}${elapsed > 0 ? ` ${humanDuration(elapsed)}` : ''}${more.join('')}`;
}

/** Returns whether a run waits for an earlier run of its timer, for a slot or for a worker. */
export const isWaiting = ({ state }: Pick<RunRecord, 'state'>): boolean => state === 'waiting' || state === 'parked';

/** Formats the end of a state to the second. Adds the day and the offset unless it {@link isSoon}. */
function until(timestamp: string | null | undefined, { now, timezone }: StatePage): string {
  if (timestamp == null) return '';
  const instant = Date.parse(timestamp);
  const [day = '', time = '', offset = ''] = shortLocalTime(instant, timezone, now).split(' ');
  const clock = time.slice(0, 8);
  return ` until ${isSoon(instant, now) ? clock : [day, clock, offset].join(' ')}`;
}
