import { describe, expect, test } from 'vitest';
import { messageOf, type TimerEvent } from '../../src/domain/events/index.js';
import type { TimeSample, TimeSource, TimeTrouble } from '../../src/domain/time-source.js';
import { HOUR, MINUTE } from '../../src/domain/time.js';
import { DriftWatch, judgeDrift, offsetToFollow, pauseBetween } from '../../src/engine/drift-watch.js';
import { FakeClock } from '../support/fake-clock.js';

type Answer = TimeSample | TimeTrouble | undefined;

/** A source whose next replies the test sets in advance; the last one repeats. */
class FakeSource implements TimeSource {
  readonly name: string;
  asked = 0;
  readonly #answers: (readonly [number, number] | string | undefined)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** `[offset, error]`, a reason, or nothing. */
  answers(...answers: (readonly [number, number] | string | undefined)[]): this {
    this.#answers.splice(0, Infinity, ...answers);
    return this;
  }

  measure(): Promise<Answer> {
    this.asked++;
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer === undefined) return Promise.resolve(undefined);
    if (typeof answer === 'string') return Promise.resolve({ kind: 'trouble', source: this.name, reason: answer });
    return Promise.resolve({ kind: 'sample', source: this.name, offsetMs: answer[0], errorMs: answer[1] });
  }
}

const POLL = 10 * MINUTE;

function watching(sources: readonly TimeSource[], steer?: (offset: number) => boolean) {
  const clock = new FakeClock();
  const events: TimerEvent[] = [];
  const watch = new DriftWatch(
    { limit: 50, poll: POLL },
    {
      sources,
      clock,
      now: () => clock.now(),
      random: () => 0,
      emit: (event) => void events.push(event),
      ...(steer && { steer }),
    },
  );
  watch.start();
  const story = () => events.splice(0).map((event) => `${event.event}: ${messageOf(event)}`);
  return { clock, watch, story };
}

test.each([
  // Columns: before, offset, error, after.
  ['within', 250, 1, 'beyond'],
  ['within', -250, 1, 'beyond'],
  ['within', 51, 1, 'within'],
  ['within', 51.5, 1, 'beyond'],
  ['within', 250, 230, 'within'],
  ['beyond', 250, 230, 'beyond'],
  ['beyond', 51, 1, 'beyond'],
  ['beyond', 50, 1, 'within'],
  ['beyond', 0, 80, 'within'],
] as const)('a clock that was %s, measured at %d ± %d ms, is %s a limit of 50 ms', (was, offsetMs, errorMs, state) => {
  expect(judgeDrift(was, { offsetMs, errorMs }, 50)).toBe(state);
});

test.each([
  [POLL, 0, 0, POLL],
  [POLL, 0, 0.5, POLL * 1.05],
  [POLL, 1, 0, 2 * POLL],
  [POLL, 9, 0, HOUR],
  [64_000, 2_000, 0, HOUR],
  [6 * HOUR, 3, 0, 6 * HOUR],
])(
  'with a poll interval of %d ms, after %d failures the next query comes (random %d) after %d ms',
  (poll, failures, chance, pause) => {
    expect(pauseBetween(poll, failures, chance)).toBeCloseTo(pause, 6);
  },
);

test.each([
  [250, 1, 250],
  [-250, 1, -250],
  [3, 3, 0],
  [2, 300, 0],
])('for %d ± %d ms, timers follow an offset of %d ms', (offsetMs, errorMs, followed) => {
  expect(offsetToFollow({ offsetMs, errorMs })).toBe(followed);
});

describe('the drift watch', () => {
  test('reports drift once, and recovery once', async () => {
    const source = new FakeSource('ntp').answers([3, 1], [250, 1], [260, 1], [20, 1], [10, 1], [-70, 1]);
    const { clock, watch, story } = watching([source]);
    expect(watch.latest).toBeUndefined();
    await clock.settle();
    expect(watch.latest).toMatchObject({ offsetMs: 3, errorMs: 1, source: 'ntp', at: clock.now() });
    await clock.advance(5 * POLL);
    expect(story()).toEqual([
      'clock.drift: the clock is 250 ms slow (± 1 ms, according to ntp), more than 50 ms',
      'clock.synchronised: the clock is within its limit again: 20 ms slow (± 1 ms, according to ntp)',
      'clock.drift: the clock is 70 ms fast (± 1 ms, according to ntp), more than 50 ms',
    ]);
  });

  test('reports once why a source returned no time, and again after a success or with another reason', async () => {
    const source = new FakeSource('ntp').answers(
      'is away',
      'is away',
      undefined,
      'is away',
      [0, 1],
      'is away',
      'is ill',
    );
    const { clock, story } = watching([source]);
    await clock.advance(20 * HOUR);
    expect(story()).toEqual([
      'clock.unmeasured: ntp is away',
      'clock.unmeasured: ntp is away',
      'clock.unmeasured: ntp is ill',
    ]);
  });

  test('backs off to one poll an hour while no source returns the time, and then resumes', async () => {
    const source = new FakeSource('ntp').answers('is away', 'is away', 'is away', 'is away', [0, 1]);
    const { clock } = watching([source]);
    const asked: number[] = [];
    for (let minute = 0; minute <= 280; minute++) {
      const before = source.asked;
      await clock.advance(minute === 0 ? 0 : MINUTE);
      if (source.asked > before || minute === 0) asked.push(minute);
    }
    expect(asked).toEqual([0, 20, 60, 120, 180, 190, 200, 210, 220, 230, 240, 250, 260, 270, 280]);
  });

  test('keeps its last result if there is no new one', async () => {
    const source = new FakeSource('ntp').answers([5, 1], undefined);
    const { clock, watch } = watching([source]);
    await clock.settle();
    const first = watch.latest;
    await clock.advance(POLL);
    expect(source.asked).toBe(2);
    expect(watch.latest).toEqual(first);
  });

  test('follows the sources that agree and names the others', async () => {
    const sources = [
      new FakeSource('a').answers([10, 4]),
      new FakeSource('b').answers([900, 4], [14, 4]),
      new FakeSource('c').answers([12, 4]),
      new FakeSource('d').answers('does not respond'),
    ];
    const { clock, watch, story } = watching(sources);
    await clock.settle();
    expect(watch.latest).toMatchObject({ offsetMs: 11, errorMs: 3, source: 'a, c' });
    await clock.advance(POLL);
    expect(watch.latest).toMatchObject({ offsetMs: 12, errorMs: 2, source: 'a, b, c' });
    expect(story()).toEqual([
      'clock.unmeasured: d does not respond',
      'clock.unmeasured: b does not agree with the other sources of time',
    ]);
  });

  test('has no result if two sources contradict each other', async () => {
    const { clock, watch, story } = watching([
      new FakeSource('a').answers([0, 1]),
      new FakeSource('b').answers([900, 1]),
    ]);
    await clock.settle();
    expect(watch.latest).toBeUndefined();
    expect(story()).toHaveLength(2);
  });

  test('passes on the offset to follow, reports whether timers follow it, and withdraws it once unknown', async () => {
    const steered: number[] = [];
    const steer = (offset: number) => {
      steered.push(offset);
      return Math.abs(offset) < 500;
    };
    const source = new FakeSource('ntp').answers([250, 1], [4, 6], [900, 1], 'is away');
    const { clock, story } = watching([source], steer);
    await clock.advance(3 * POLL);
    expect(steered).toEqual([250, 0, 900, 0]);
    expect(story()).toEqual([
      expect.stringContaining('timers follow the measured time'),
      expect.stringContaining('within its limit again'),
      expect.stringContaining('the offset is too large for timers to follow'),
      expect.stringContaining('is away'),
    ]);
  });

  test('stops immediately, without further queries, reports or armed timers', async () => {
    const source = new FakeSource('ntp').answers([250, 1]);
    const { clock, watch, story } = watching([source]);
    watch.stop();
    await clock.settle();
    expect(clock.armed).toBe(0);
    expect(story()).toEqual([]);

    const later = watching([source]);
    await later.clock.settle();
    expect(later.clock.armed).toBe(1);
    later.watch.stop();
    expect(later.clock.armed).toBe(0);
  });
});

test('a source that throws does not end the watch', async () => {
  const broken: TimeSource = { measure: () => Promise.reject(new TypeError('no such thing')) };
  const source = new FakeSource('a').answers([0, 1]);
  const uncaught: unknown[] = [];
  const hear = (error: unknown) => void uncaught.push(error);
  process.on('unhandledRejection', hear);
  const { watch, clock } = watching([broken, source]);
  watch.start();
  await clock.advance(2 * POLL);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', hear);
  expect(source.asked).toBeGreaterThan(1);
  expect(uncaught.length).toBe(source.asked);
  watch.stop();
});
