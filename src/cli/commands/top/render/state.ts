import { nextStartOf, type RunRecord, type TimerRecord } from '../../../../domain/status-record.js';
import { wordWithoutNext } from '../../../../domain/timer-state.js';
import type { Instant } from '../../../../domain/time.js';
import { formatLocal } from '../../../../schedules/index.js';
import { isSoon } from '../../../render/firings.js';
import { isWaiting } from '../../../render/timer-state.js';
import { asOf, type Seen, type View } from '../view.js';
import { tame, type TerminalStyle, type PaintedText } from './terminal-style.js';
import { remaining, shortDuration } from './short-duration.js';

/** What a timer is doing, most urgent first. */
type Condition = 'running' | 'waiting' | 'breaker' | 'paused' | 'disabled' | 'failing' | 'done' | 'idle';

/**
 * Returns whether a timer is paused at an instant. The scheduler reports the end of a pause only with the next firing.
 */
export function isPausedAt({ paused }: TimerRecord, now: Instant): boolean {
  return paused !== null && (paused.until === null || Date.parse(paused.until) > now);
}

/** Names what a timer is doing. */
function conditionOf(timer: TimerRecord, now: Instant): Condition {
  if (timer.runs.some(({ state }) => state === 'attempting')) return 'running';
  if (timer.runs.length > 0) return 'waiting';
  if (timer.breaker.state !== 'closed') return 'breaker';
  if (isPausedAt(timer, now)) return 'paused';
  if (!timer.enabled) return 'disabled';
  if (timer.failures_in_a_row > 0) return 'failing';
  return timer.next_at === null ? 'done' : 'idle';
}

const MARKS: Readonly<Record<Condition, readonly [string, string]>> = {
  running: ['▸', '*'],
  waiting: ['◦', '~'],
  breaker: ['!', '!'],
  paused: ['‖', '='],
  disabled: ['–', '-'],
  failing: ['✗', 'x'],
  done: ['·', '.'],
  idle: [' ', ' '],
};

/** Lists every mark and its meaning, for the help. */
export const marksInWords = ({ isUnicode }: TerminalStyle): readonly string[] =>
  Object.entries(MARKS)
    .filter(([condition]) => condition !== 'idle')
    .map(([condition, [mark, ascii]]) => `${isUnicode ? mark : ascii} ${condition}`);

/** Returns the one-column mark for what a timer is doing. */
export function stateMark({ timer }: Seen, now: Instant, look: TerminalStyle): PaintedText {
  const condition = conditionOf(timer, now);
  const [mark, ascii] = MARKS[condition];
  return { text: look.isUnicode ? mark : ascii, paint: paintOf(condition, look) };
}

function paintOf(condition: Condition, { chalk }: TerminalStyle): (text: string) => string {
  switch (condition) {
    case 'running':
    case 'waiting':
      return chalk.cyan;
    case 'breaker':
    case 'failing':
      return chalk.red;
    case 'paused':
      return chalk.yellow;
    case 'disabled':
    case 'done':
    case 'idle':
      return chalk.dim;
  }
}

/** The width from which the time of day and the reason fit. */
const WIDE = 24;

interface Room {
  readonly width: number;
  readonly look: TerminalStyle;
}

/** Describes what a timer is doing, and for how long: `running 12s`, `paused 4m10s`, `breaker 2m00s`, `failed ×3`. */
export function stateOf(seen: Seen, view: View, { width, look }: Room): PaintedText {
  const now = asOf(view);
  const { timer } = seen;
  const until = (instant: string | null) => untilInWords(instant, now, { width, look });
  const words = [
    ...(timer.runs.length === 0 ? [] : [ofRuns(timer.runs, now - seen.at, now)]),
    ...ofBreaker(timer, width, until),
    ...(isPausedAt(timer, now) ? [ofPause(timer, width, until)] : []),
    ...(timer.enabled ? [] : ['disabled']),
    ...(timer.removed ? ['removed'] : []),
  ];
  if (words.length === 0) words.push(...ofIdle(timer, look));
  return { text: [...words, ...ofJitter(timer, now, look)].join(', '), paint: paintOf(conditionOf(timer, now), look) };
}

type Until = (instant: string | null) => string;

function untilInWords(instant: string | null, now: Instant, { width, look }: Room): string {
  if (instant === null) return '';
  const then = Date.parse(instant);
  return width < WIDE ? ` ${remaining(then - now)}` : ` until ${zoneClockTime(then, now, look)}`;
}

function ofBreaker({ breaker }: TimerRecord, width: number, until: Until): readonly string[] {
  if (breaker.state === 'closed') return [];
  if (breaker.state === 'half_open') return ['breaker trial'];
  return [`breaker${width < WIDE ? '' : ' open'}${until(breaker.until)}`];
}

function ofPause({ paused }: TimerRecord, width: number, until: Until): string {
  const reason = width < WIDE || paused?.reason == null ? '' : `: ${tame(paused.reason)}`;
  return `paused${until(paused?.until ?? null)}${reason}`;
}

function ofIdle(timer: TimerRecord, look: TerminalStyle): readonly string[] {
  const { failures_in_a_row: failures, next_at: next } = timer;
  if (failures > 0) return [`failed ${look.isUnicode ? '×' : 'x'}${failures}`];
  return next === null ? [wordWithoutNext(timer.last_status)] : [];
}

/** Returns the nominal time, if jitter moves the start. NEXT counts down to the actual start. */
function ofJitter(timer: TimerRecord, now: Instant, look: TerminalStyle): readonly string[] {
  const next = timer.next_at;
  if (next === null || nextStartOf(timer) === next) return [];
  return [`due ${zoneClockTime(Date.parse(next), now, look)}`];
}

const WORDS = {
  parked: 'waiting',
  waiting: 'waiting',
  attempting: 'running',
  pausing: 'retrying',
};

/**
 * Describes the run that has been active longest, and counts the others. A waiting run has waited since its due time.
 */
function ofRuns(runs: readonly RunRecord[], sinceSeen: number, now: Instant): string {
  const ages = runs.map((run) => ({
    run,
    age: hasBegun(run) ? run.elapsed_ms + sinceSeen : now - Date.parse(run.scheduled_at),
  }));
  const [oldest] = ages.sort((a, b) => Number(isWaiting(a.run)) - Number(isWaiting(b.run)) || b.age - a.age);
  if (oldest === undefined) return '';
  const word = oldest.run.fallback ? 'fallback' : WORDS[oldest.run.state];
  const waiting = runs.filter(isWaiting).length;
  const active = runs.length - waiting;
  const count = active || waiting;
  const more = [count > 1 ? `, ${count} runs` : '', active > 0 && waiting > 0 ? `, ${waiting} waiting` : ''];
  return `${word} ${shortDuration(oldest.age)}${more.join('')}`;
}

const hasBegun = ({ attempts, fallback }: RunRecord): boolean => attempts > 0 || fallback === true;

/** Formats a time of day. Adds the date and the offset unless the instant {@link isSoon}. */
export function zoneClockTime(instant: Instant, now: Instant, { zone }: Pick<TerminalStyle, 'zone'>): string {
  const then = formatLocal(instant, zone);
  const time = then.slice(11, 19).replace(/:00$/, '');
  return isSoon(instant, now) ? time : `${then.slice(5, 10)} ${time} ${then.slice(23)}`;
}
