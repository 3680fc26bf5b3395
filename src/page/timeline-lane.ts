import type { LaneRecord, LiveTimer, OutcomeRecord } from '../domain/api-record.js';
import type { Instant } from '../domain/time.js';
import { humanDuration } from '../domain/human-duration.js';
import { draw } from './element.js';
import { toneOf } from './state.js';
import type { Scale } from './timeline-scale.js';
import { ahead, fullTime, plural } from './words.js';

/** An item on a lane that the pointer can select. */
export interface LaneMark {
  /** The position on the lane, in percent. */
  readonly at: number;
  readonly words: string;
  readonly name: string;
  readonly outcome?: OutcomeRecord;
}

/** A drawn lane. */
export interface Lane {
  readonly drawing: SVGSVGElement;
  /** Past and future, in order. */
  readonly marks: readonly LaneMark[];
  /** A description of what is visible. */
  readonly summary: string;
}

/**
 * Draws past, active and upcoming firings of one timer, or of all. Low shapes are good, high ones bad, hollow ones did
 * not run, and round ones are upcoming.
 */
export function drawLane(lane: LaneRecord, running: readonly LiveTimer[], scale: Scale): Lane {
  const past = lane.past.map((outcome) => ofOutcome(outcome, scale));
  const coming = lane.coming.map((firing) => ofComing(firing, scale));
  const line = `${scale.place(scale.now)}%`;
  const drawing = draw(
    'svg',
    { class: 'lane-drawing', 'aria-hidden': 'true' },
    ...cutOff(lane, scale),
    ...legible(past, scale).map(({ shape }) => shape),
    ...running.flatMap((timer) => ofRuns(timer, scale)),
    ...ofRhythm(coming, scale),
    draw('line', { x1: line, x2: line, y1: 0, y2: '100%', class: 'now' }),
  );
  return {
    drawing,
    marks: [...past, ...coming].map(({ mark }) => mark),
    summary: summaryOf(lane),
  };
}

interface Drawn {
  readonly shape: SVGElement;
  readonly mark: LaneMark;
}

const DEPTHS = { good: 0, held: 1, bad: 2 };

/** Draws failures on top, and only as many hollow shapes as can be distinguished. */
function legible(past: readonly Drawn[], scale: Scale): readonly Drawn[] {
  let last = Number.NEGATIVE_INFINITY;
  const depthOf = ({ mark: { outcome } }: Drawn) => (outcome ? DEPTHS[toneOf(outcome.status)] : 0);
  return past
    .filter((drawn) => {
      if (depthOf(drawn) !== DEPTHS.held) return true;
      const isApart = drawn.mark.at - last >= scale.closest;
      if (isApart) last = drawn.mark.at;
      return isApart;
    })
    .sort((one, other) => depthOf(one) - depthOf(other));
}

/** Returns the time at which an outcome's run or firing began. */
function startOf({
  timestamp,
  duration_ms: duration,
  first_scheduled_at: first,
  scheduled_at: due,
  status,
}: OutcomeRecord): Instant {
  if (duration !== undefined) return Date.parse(timestamp) - duration;
  return Date.parse(status === 'missed' && first !== undefined ? first : due);
}

function ofOutcome(outcome: OutcomeRecord, scale: Scale): Drawn {
  const tone = toneOf(outcome.status);
  const at = scale.place(startOf(outcome));
  const end = outcome.duration_ms === undefined ? Date.parse(outcome.scheduled_at) : Date.parse(outcome.timestamp);
  const width = Math.max(0, scale.place(end) - at);
  const [y, height] = tone === 'good' ? [12, 8] : [4, 16];
  const shape = draw('rect', {
    x: `${at}%`,
    y,
    height,
    width: width < 0.4 ? 4 : `${width}%`,
    class: `outcome ${tone}`,
  });
  shape.append(draw('title', {}, wordsOf(outcome)));
  return { shape, mark: { at, words: wordsOf(outcome), name: outcome.task_name, outcome } };
}

/** Describes an outcome on one line. */
function wordsOf(outcome: OutcomeRecord): string {
  const { task_name: name, status, cause, count, duration_ms: took } = outcome;
  const times = count !== undefined && count > 1 ? `${count} firings ` : '';
  const why = cause === '' ? '' : `: ${cause}`;
  const length = took === undefined ? '' : `, took ${humanDuration(took)}`;
  return `${name}, ${fullTime(startOf(outcome))}: ${times}${status}${why}${length}`;
}

function ofComing(
  { task_name: name, scheduled_at: due, starts_at: start }: LaneRecord['coming'][number],
  scale: Scale,
): Drawn {
  const at = scale.place(Date.parse(start));
  const nominal = start === due ? '' : `, due ${fullTime(Date.parse(due))}`;
  const words = `${name}, ${fullTime(Date.parse(start))}: ${ahead(Date.parse(start), scale.now)}${nominal}`;
  const shape = draw('circle', { cx: `${at}%`, cy: 16, r: 3, class: 'coming' }, draw('title', {}, words));
  return { shape, mark: { at, words, name } };
}

/** Draws upcoming firings, each as a circle. Those too close to be distinguished become one line. */
function ofRhythm(coming: readonly Drawn[], scale: Scale): SVGElement[] {
  const isClose = (one: Drawn | undefined, other: Drawn | undefined) =>
    one !== undefined && other !== undefined && other.mark.at - one.mark.at < scale.closest;
  return coming.flatMap((drawn, index) => {
    const [before, after] = [coming[index - 1], coming[index + 1]];
    if (isClose(before, drawn)) return [];
    if (!isClose(drawn, after)) return [drawn.shape];
    let last = index;
    while (isClose(coming[last], coming[last + 1])) last++;
    const end = coming[last]?.mark.at ?? drawn.mark.at;
    const words = `${last - index + 1} firings`;
    const place = { x1: `${drawn.mark.at}%`, x2: `${end}%`, y1: 16, y2: 16, class: 'coming rhythm' };
    return [draw('line', place, draw('title', {}, words))];
  });
}

function ofRuns({ runs, task_name: name }: LiveTimer, scale: Scale): SVGElement[] {
  return runs
    .filter(({ state }) => state === 'attempting' || state === 'pausing')
    .map(({ elapsed_ms: elapsed }) => {
      const at = scale.place(scale.now - elapsed);
      const width = Math.max(0.4, scale.place(scale.now) - at);
      const words = `${name}: running`;
      return draw(
        'rect',
        { x: `${at}%`, y: 9, height: 11, width: `${width}%`, class: 'outcome on' },
        draw('title', {}, words),
      );
    });
}

/** Marks the end of a lane at which the server left something out. */
function cutOff(
  { past, is_past_cut: isPastCut, coming, is_coming_cut: isComingCut }: LaneRecord,
  scale: Scale,
): SVGElement[] {
  const [first] = past;
  const last = coming.at(-1);
  const veil = (from: number, to: number, words: string) =>
    draw(
      'rect',
      { x: `${from}%`, y: 0, width: `${Math.max(0, to - from)}%`, height: '100%', class: 'more' },
      draw('title', {}, words),
    );
  return [
    ...(isPastCut && first ? [veil(0, scale.place(startOf(first)), 'earlier outcomes are not shown')] : []),
    ...(isComingCut && last
      ? [veil(scale.place(Date.parse(last.scheduled_at)), 100, 'later firings are not shown')]
      : []),
  ];
}

function summaryOf({ past, is_past_cut: isPastCut, coming }: LaneRecord): string {
  const counts = new Map<string, number>();
  for (const { status } of past) counts.set(status, (counts.get(status) ?? 0) + 1);
  const outcomes = [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
  return `${isPastCut ? 'the latest: ' : ''}${outcomes === '' ? 'no outcome' : outcomes}; ${plural(coming.length, 'upcoming firing')}`;
}
