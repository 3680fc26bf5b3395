import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerQueue, type Queued } from '../../src/engine/timer-queue.js';

interface Entry extends Queued {
  readonly name: string;
}

const entry = (name: string): Entry => ({ name, dueAt: 0, slot: -1, turn: 0 });

function drain(queue: TimerQueue<Entry>, now = Infinity): string[] {
  const names: string[] = [];
  for (let due = queue.takeDue(now); due; due = queue.takeDue(now)) names.push(due.name);
  return names;
}

test('returns entries by due time, and in insertion order for equal times', () => {
  const queue = new TimerQueue<Entry>();
  for (const [name, at] of [
    ['c', 30],
    ['a1', 10],
    ['b', 20],
    ['a2', 10],
    ['a3', 10],
  ] as const)
    queue.insert(entry(name), at);
  expect(drain(queue)).toEqual(['a1', 'a2', 'a3', 'b', 'c']);
});

test('returns only due entries, including those due at that exact instant', () => {
  const queue = new TimerQueue<Entry>();
  queue.insert(entry('a'), 10);
  expect(queue.takeDue(9.999)).toBeUndefined();
  expect(queue.takeDue(10)?.name).toBe('a');
  expect(queue.nextDueAt()).toBeUndefined();
});

test('moves an entry that is queued again, and drops a removed one', () => {
  const queue = new TimerQueue<Entry>();
  const [a, b] = [entry('a'), entry('b')];
  queue.insert(a, 10);
  queue.insert(b, 20);
  queue.insert(a, 30);
  expect(queue.size).toBe(2);
  expect(queue.remove(b)).toBe(true);
  expect(queue.remove(b)).toBe(false);
  expect(drain(queue)).toEqual(['a']);
});

test('law: behaves like a sorted list under any insertions, moves, removals and takes', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('insert' as const), which: fc.nat(30), at: fc.nat(50) }),
    fc.record({ kind: fc.constant('remove' as const), which: fc.nat(30), at: fc.constant(0) }),
    fc.record({ kind: fc.constant('take' as const), which: fc.constant(0), at: fc.nat(50) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const queue = new TimerQueue<Entry>();
      const entries = Array.from({ length: 31 }, (_, index) => entry(String(index)));
      let list: { name: string; at: number; turn: number }[] = [];
      operations.forEach(({ kind, which, at }, turn) => {
        const name = String(which);
        const known = list.some((item) => item.name === name);
        if (kind === 'insert') {
          queue.insert(entries[which]!, at);
          list = [...list.filter((item) => item.name !== name), { name, at, turn }];
        } else if (kind === 'remove') {
          expect(queue.remove(entries[which]!)).toBe(known);
          list = list.filter((item) => item.name !== name);
        } else {
          list.sort((one, other) => one.at - other.at || one.turn - other.turn);
          const first = list[0]?.at !== undefined && list[0].at <= at ? list.shift() : undefined;
          expect(queue.takeDue(at)?.name).toBe(first?.name);
        }
        expect(queue.size).toBe(list.length);
        expect(queue.countDue(at, 5)).toBe(Math.min(5, list.filter((item) => item.at <= at).length));
        expect(queue.nextDueAt()).toBe(list.length === 0 ? undefined : Math.min(...list.map((item) => item.at)));
      });
    }),
    { numRuns: 300 },
  );
});
