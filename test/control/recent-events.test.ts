import { expect, test } from 'vitest';
import { EventRing, RecentEvents } from '../../src/control/index.js';
import type { TimerEvent } from '../../src/domain/events/index.js';

const paused = (jobName: string, at: number): TimerEvent => ({ event: 'timer.paused', at, jobName });

function logs() {
  const ring = () =>
    new EventRing(
      () => true,
      (event) => JSON.stringify({ at: event.at }),
    );
  const [one, two] = [ring(), ring()];
  const of = (of: EventRing, id: string) => new RecentEvents(of, id, () => 100);
  return { one, two, logOne: of(one, 'one.7.1'), logTwo: of(two, 'two.7.1') };
}

const times = ({ events }: { readonly events: readonly object[] }) => events.map((event) => (event as TimerEvent).at);

test('each page continues after the previous one', () => {
  const { one, logOne } = logs();
  for (let at = 1; at <= 5; at++) one.accept(paused(at % 2 === 0 ? 'even' : 'odd', at));
  const first = logOne.read({ last: 2 });
  expect(times(first)).toEqual([4, 5]);
  expect(first).toMatchObject({ dropped: 0, is_more: false });
  expect(times(logOne.read({ after: first.position }))).toEqual([]);
  one.accept(paused('even', 6));
  one.accept(paused('odd', 7));
  expect(times(logOne.read({ after: first.position, last: 0 }))).toEqual([6, 7]);
  expect(times(logOne.read({ after: first.position, jobName: 'odd' }))).toEqual([7]);
});

test('a page has a limited length and reports that there is more', () => {
  const ring = new EventRing(
    () => true,
    (event) => JSON.stringify({ at: event.at, text: 'x'.repeat(1_000) }),
  );
  const log = new RecentEvents(ring, 'one', () => 0);
  for (let at = 1; at <= 1_000; at++) ring.accept(paused('tick', at));
  let [position, read]: [string | undefined, number[]] = [undefined, []];
  for (let isMore = true; isMore;) {
    const portion = log.read({ after: position });
    expect(JSON.stringify(portion).length).toBeLessThan(300_000);
    [position, isMore] = [portion.position, portion.is_more];
    read = [...read, ...times(portion)];
  }
  expect(read).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
});

test('a client that connects late learns how many events it lost', () => {
  const { one, logOne } = logs();
  const { position } = logOne.read({});
  for (let at = 1; at <= 2_010; at++) one.accept(paused('tick', at));
  expect(logOne.read({ after: position })).toMatchObject({ dropped: 10 });
});

test('the log of another machine continues at the time of the last event', () => {
  const { one, two, logOne, logTwo } = logs();
  one.accept(paused('tick', 110));
  for (const at of [105, 110, 120]) two.accept(paused('tick', at));
  const { position } = logOne.read({});
  const after = logTwo.read({ after: position });
  expect(times(after)).toEqual([120]);
  two.accept(paused('tick', 130));
  expect(times(logTwo.read({ after: after.position }))).toEqual([130]);
});

test.each(['', 'x', 'one.7.1/-1/x', '//'])('position "%s" is harmless', (after) => {
  const { one, logOne } = logs();
  one.accept(paused('tick', 110));
  expect(times(logOne.read({ after }))).toEqual([110]);
});
