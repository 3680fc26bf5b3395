import { beforeEach, expect, test } from 'vitest';
import { EventRing } from '../../src/control/index.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { at, firing } from '../support/events.js';

const output = {
  event: 'run.output',
  at,
  firing,
  runId: 'r1',
  stream: 'stdout',
  lines: 'x',
  truncated: false,
} as const;
const finished: TimerEvent = {
  event: 'run.finished',
  at,
  firing,
  runId: 'r1',
  outcome: { status: 'success' },
  durationMs: 1,
  attempts: 1,
  latenessMs: 0,
  failuresInARow: 0,
};

let written: number;
let ring: EventRing;

beforeEach(() => {
  written = 0;
  ring = new EventRing(
    () => true,
    ({ event }) => `${event} ${++written}`,
  );
});

const tell = (count: number, event: TimerEvent = output) => {
  for (let told = 0; told < count; told++) ring.accept(event);
};

/** Reads everything: how many events of each name, and how many were lost. */
function read(follower: ReturnType<EventRing['follow']>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let told = follower.next(); told !== undefined; told = follower.next()) {
    if (told.kind === 'event') ring.jsonOf(told);
    const [name, count] = told.kind === 'lost' ? ['lost', told.count] : [told.event.event, 1];
    counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}

const follow = (interest: object = {}) => ring.follow({ ...interest, onNews: () => undefined });

test('a record is serialized once for all followers, and not at all without any', () => {
  tell(100);
  expect(written).toBe(0);
  const followers = [follow(), follow(), follow()];
  expect(followers.map(read)).toEqual([{ 'run.output': 100 }, { 'run.output': 100 }, { 'run.output': 100 }]);
  expect(written).toBe(100);
});

test('a follower that reads too slowly learns the exact number of lost events', () => {
  const follower = follow();
  tell(50_000);
  const { lost, 'run.output': told } = read(follower);
  expect(told! + lost!).toBe(50_000);
  expect(told).toBeGreaterThan(10_000);
  tell(1);
  expect(read(follower)).toEqual({ 'run.output': 1 });
});

test('a snapshot has the latest 2,000 events, and loses none to later ones', () => {
  tell(5_000);
  const [all, few] = [ring.snapshot({}), ring.snapshot({}, 3)];
  tell(50_000, finished);
  expect([read(all), read(few)]).toEqual([{ 'run.output': 2_000 }, { 'run.output': 3 }]);
  expect([all.isOver, few.isOver]).toEqual([true, true]);
});

test('events that a follower did not request do not count as lost', () => {
  const other = follow({ jobName: 'other' });
  const run = follow({ runId: 'r2' });
  tell(50_000);
  ring.accept({ ...output, runId: 'r2' });
  expect([read(other), read(run)]).toEqual([{}, { 'run.output': 1 }]);
});

test('the end of a run is sent even if many events follow it', () => {
  const follower = follow({ runId: 'r' });
  tell(10);
  ring.accept(finished);
  tell(50_000, { ...output, runId: 'other' });
  expect(read(follower)).toEqual({ lost: 10, 'run.finished': 1 });
});

test('only the latest 16 ends of runs are kept', () => {
  const follower = follow({ runId: 'r1' });
  tell(100, finished);
  tell(50_000, { ...output, runId: 'other' });
  expect(read(follower)).toEqual({ lost: 84, 'run.finished': 16 });
});

test('long lines and long lists count by length', () => {
  follow();
  tell(10_000, { ...output, lines: 'x'.repeat(16_384) });
  expect(ring.past({}, Infinity).length).toBeLessThan(600);
  const problems = Array.from({ length: 1_000 }, () => 'x'.repeat(100));
  tell(1_000, { event: 'config.rejected', at, file: '/etc/timers.yaml', problems });
  expect(ring.past({}, Infinity).length).toBeLessThan(50);
});

test('events read by all followers are kept only for later requests', () => {
  const follower = follow();
  tell(5_000);
  expect(ring.past({}, Infinity)).toHaveLength(5_000);
  read(follower);
  tell(1);
  expect(ring.past({}, Infinity)).toHaveLength(2_000);
  follow().close();
  tell(3_000, finished);
  expect(ring.past({ runId: 'r1' }, 3)).toEqual([finished, finished, finished]);
});

test('a follower is notified only once until it has read everything', () => {
  let news = 0;
  const follower = ring.follow({ jobName: firing.jobName, last: 0, onNews: () => news++ });
  read(follower);
  tell(3, { ...output, firing: { ...firing, jobName: 'other' } });
  expect(news).toBe(0);
  tell(3);
  expect(news).toBe(1);
  read(follower);
  tell(1);
  expect(news).toBe(2);
});

test('a time range limits the events, and the latest ones are the latest of that range', () => {
  for (let second = 0; second < 10; second++) ring.accept({ ...output, at: at + second * 1_000 });
  const until = at + 5_000;
  expect(read(follow({ since: at + 2_000, until }))).toEqual({ 'run.output': 4 });
  const times = ring.past({ until }, 2).map((event) => event.at - at);
  expect(times).toEqual([4_000, 5_000]);
  expect(read(follow({ until, last: 3 }))).toEqual({ 'run.output': 3 });
});

const block = (from: number, to: number): TimerEvent => ({
  ...output,
  lines: Array.from({ length: to - from + 1 }, (_, index) => String(from + index)).join('\n'),
});
const linesOf = (events: readonly TimerEvent[]) => events.map((event) => event.event === 'run.output' && event.lines);

test('a block of output counts as its lines, and a limit applies to the latest ones', () => {
  ring.accept(block(1, 3));
  ring.accept(block(4, 6));
  expect(linesOf(ring.past({}, 4))).toEqual(['3', '4', '5', '6']);
  const follower = ring.follow({ last: 4, onNews: () => undefined });
  ring.accept(block(7, 8));
  const told = Array.from({ length: 6 }, () => follower.next());
  expect(linesOf(told.map((one) => (one?.kind === 'event' ? one.event : finished)))).toEqual([
    '3',
    '4',
    '5',
    '6',
    '7',
    '8',
  ]);
  expect(follower.next()).toBeUndefined();
});

test('a lost block counts by its lines, and those of a partly read block are not lost', () => {
  const follower = follow();
  ring.accept(block(1, 10));
  follower.next();
  for (let sent = 0; sent < 50; sent++) ring.accept(block(1, 1_000));
  const { lost, 'run.output': told } = read(follower);
  expect([told, lost]).toEqual([50_009, undefined]);
  for (let sent = 0; sent < 5_000; sent++) ring.accept(block(1, 1_000));
  const later = read(follower);
  expect(later['run.output']! + later['lost']!).toBe(5_000_000);
  expect(later['lost']).toBeGreaterThan(1_000_000);
});

test('200,000 lines reach a follower that reads only after them', () => {
  const follower = follow();
  for (let sent = 0; sent < 200; sent++) ring.accept(block(sent * 1_000 + 1, sent * 1_000 + 1_000));
  expect(read(follower)).toEqual({ 'run.output': 200_000 });
});

test('a slower follower loses nothing because a faster one has read', () => {
  const [fast, slow] = [follow(), follow()];
  for (let sent = 0; sent < 400; sent++) ring.accept(block(1, 1_000));
  expect([fast, slow].map(read)).toEqual([{ 'run.output': 400_000 }, { 'run.output': 400_000 }]);
});

test('new output replaces the lines that were read, before it replaces output that was not', () => {
  const [fast, slow] = [follow(), follow()];
  for (let sent = 0; sent < 400; sent++) {
    ring.accept(block(1, 1_000));
    read(fast);
  }
  expect(read(slow)).toEqual({ 'run.output': 400_000 });
});
