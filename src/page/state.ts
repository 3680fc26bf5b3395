import type { LiveTimer } from '../domain/api-record.js';
import type { FiringStatus } from '../domain/outcome.js';
import { nextStartOf, type RunRecord } from '../domain/status-record.js';
import { wordWithoutNext } from '../domain/timer-state.js';
import type { Instant } from '../domain/time.js';
import { localClockTime, countedNoun } from './words.js';

/** The state of a timer as a sign, a word and a tone. */
export interface State {
  readonly sign: 'good' | 'bad' | 'on' | 'held' | 'open' | 'not' | 'off' | 'new';
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'on' | 'held' | 'quiet';
}

/** The filters for timers. */
export type Trait = 'running' | 'failing' | 'paused' | 'disabled';

/** Returns whether a filter matches a timer. A timer whose breaker is not closed counts as failing. */
export function has(timer: LiveTimer, trait: Trait): boolean {
  switch (trait) {
    case 'running':
      return timer.runs.length > 0;
    case 'failing':
      return timer.failures_in_a_row > 0 || timer.breaker.state !== 'closed';
    case 'paused':
      return timer.paused !== null;
    case 'disabled':
      return !timer.enabled;
  }
}

/** Summarizes a timer at a glance. Never empty. */
export function statesOf(timer: LiveTimer, now: Instant, receivedAt: Instant): readonly State[] {
  const states: State[] = timer.runs.slice(0, 2).map((run) => ofRun(run, now - receivedAt));
  const { paused, breaker, failures_in_a_row: failures } = timer;
  if (paused !== null)
    states.push({
      sign: 'held',
      word: `paused${until(paused.until, now)}${paused.reason === null ? '' : `: ${paused.reason}`}`,
      tone: 'held',
    });
  if (breaker.state === 'open')
    states.push({ sign: 'open', word: `breaker open${until(breaker.until, now)}`, tone: 'bad' });
  if (breaker.state === 'half_open') states.push({ sign: 'open', word: 'breaker allows one trial run', tone: 'bad' });
  if (failures > 0)
    states.push({ sign: 'bad', word: failures > 1 ? `failing, ${failures} in a row` : 'failing', tone: 'bad' });
  if (!timer.enabled) states.push({ sign: 'off', word: 'disabled', tone: 'quiet' });
  if (timer.removed) states.push({ sign: 'off', word: 'removed from the file', tone: 'quiet' });
  return states.length > 0 ? states : [ofRest(timer)];
}

const until = (timestamp: string | null, now: Instant): string =>
  timestamp === null ? '' : ` until ${localClockTime(Date.parse(timestamp), now)}`;

function ofRun({ state, elapsed_ms: elapsed, attempts, fallback }: RunRecord, since: number): State {
  const word = {
    parked: 'waiting',
    waiting: 'waiting',
    attempting: 'running',
    pausing: 'retries soon',
  }[state];
  if (state !== 'attempting') return { sign: 'new', word, tone: 'on' };
  const tries = attempts > 1 && !fallback ? `, attempt ${attempts}` : '';
  return {
    sign: 'on',
    word: `${fallback ? 'fallback running' : word} ${countedNoun(elapsed + since)}${tries}`,
    tone: 'on',
  };
}

function ofRest(timer: LiveTimer): State {
  // A standby machine knows only the history.
  const status = timer.last_status ?? timer.last?.status ?? null;
  if (status !== null && status !== 'success') return { sign: signOf(status), word: status, tone: toneOf(status) };
  if (timer.next_at === null) return { sign: 'off', word: wordWithoutNext(status), tone: 'quiet' };
  return status === null
    ? { sign: 'new', word: 'not run yet', tone: 'quiet' }
    : { sign: 'good', word: 'ok', tone: 'good' };
}

/** Returns the tone of an outcome: good, bad, or not run to its end. */
export function toneOf(status: FiringStatus): 'good' | 'bad' | 'held' {
  if (status === 'success') return 'good';
  return status === 'failure' || status === 'timeout' || status === 'lost' ? 'bad' : 'held';
}

/** Returns the sign of an outcome. */
export const signOf = (status: FiringStatus): State['sign'] =>
  (({ good: 'good', bad: 'bad', held: 'not' }) as const)[toneOf(status)];

/** Returns why the next firing will not run, as far as is known: `skipped: paused`. Empty if it will run. */
export function whySkipped({ next_at: next, paused, breaker }: LiveTimer): string {
  const isBefore = (until: string | null) => next !== null && (until === null || next < until);
  if (paused !== null && isBefore(paused.until)) return 'skipped: paused';
  return breaker.state === 'open' && isBefore(breaker.until) ? 'skipped: breaker open' : '';
}

/** Returns `due 03:00` if jitter moves the start of the next firing; otherwise empty. */
export function nominalTimeInWords(timer: LiveTimer, now: Instant): string {
  const { next_at: due } = timer;
  return due === null || nextStartOf(timer) === due ? '' : `due ${localClockTime(Date.parse(due), now)}`;
}
