import { beforeEach, describe, expect, it } from 'vitest';
import {
  BatchingDestination,
  HIGH_WATER,
  LOW_WATER,
  RESERVE,
  STALL,
  type WriteDone,
} from '../../src/sinks/destination.js';
import { FakeClock } from '../support/fake-clock.js';

const KIB = 'x'.repeat(1_023) + '\n';

/** A reader that the test controls. It reads on command. */
class Reader {
  /** How many bytes it accepts of one write. */
  most = Number.POSITIVE_INFINITY;
  /** How many bytes it accepts in total before it returns `mood`. */
  appetite = Number.POSITIVE_INFINITY;
  /** `silent`, or an error's code. */
  mood = 'EAGAIN';
  #bytes: Uint8Array[] = [];
  #waiting: (() => void) | undefined;

  get text(): string {
    return Buffer.concat(this.#bytes).toString();
  }

  readonly write = (bytes: Uint8Array, done: WriteDone): void => {
    const answer = () => {
      const taken = bytes.subarray(0, Math.min(this.most, this.appetite));
      if (taken.length === 0) {
        done(Object.assign(new Error(this.mood), { code: this.mood }), 0);
        return;
      }
      this.appetite -= taken.length;
      this.#bytes.push(Buffer.from(taken));
      done(null, taken.length);
    };
    if (this.appetite === 0 && this.mood === 'silent') this.#waiting = answer;
    else answer();
  };

  wake(): void {
    this.appetite = Number.POSITIVE_INFINITY;
    this.#waiting?.();
  }
}

let clock: FakeClock;
let reader: Reader;
let told: string[];
let destination: BatchingDestination;

beforeEach(() => {
  clock = new FakeClock();
  reader = new Reader();
  told = [];
  const tell = (reason: string) => void told.push(reason);
  destination = new BatchingDestination({ writer: reader.write, clock, onEnded: tell, onTrouble: tell });
  destination.onDropped((records) => {
    destination.write(`[dropped ${records}]\n`, 'event');
  });
});

const fill = (bytes: number, kind: 'event' | 'output' = 'output') => {
  for (let size = 0; size < bytes; size += KIB.length) destination.write(KIB, kind);
};
async function state(promise: Promise<void> | undefined): Promise<'open' | 'waiting' | 'none'> {
  if (promise === undefined) return 'none';
  let is: 'open' | 'waiting' = 'waiting';
  void promise.then(() => (is = 'open'));
  await clock.settle();
  return is;
}

describe('an active reader', () => {
  it('receives everything in order, and no timer stays armed', async () => {
    for (let record = 0; record < 5_000; record++) destination.write(`${record} ä€\n`, 'output');
    await clock.settle();
    expect(reader.text).toBe(Array.from({ length: 5_000 }, (_, record) => `${record} ä€\n`).join(''));
    expect(clock.armed).toBe(0);
  });

  it('receives everything even if it accepts odd chunk sizes', async () => {
    reader.most = 7;
    for (let record = 0; record < 100; record++) destination.write(`${record} ä€\n`, 'output');
    await clock.settle();
    expect(reader.text).toBe(Array.from({ length: 100 }, (_, record) => `${record} ä€\n`).join(''));
  });
});

describe('a slow reader', () => {
  it('pauses commands at the high-water mark and resumes them at the low-water mark', async () => {
    reader.appetite = 0;
    fill(HIGH_WATER - 2 * KIB.length);
    await clock.settle();
    expect(destination.drained()).toBeUndefined();
    fill(2 * KIB.length);
    const drained = destination.drained();
    expect(await state(drained)).toBe('waiting');
    reader.appetite = Number.POSITIVE_INFINITY;
    await clock.advance(100);
    expect(await state(drained)).toBe('open');
    expect(reader.text.length).toBeGreaterThan(HIGH_WATER - LOW_WATER);
  });

  it('is retried with growing delays of at most 50 ms', async () => {
    reader.appetite = 0;
    destination.write('a\n', 'event');
    await clock.settle();
    expect(clock.nextWakeIn).toBe(1);
    await clock.advance(500);
    reader.appetite = Number.POSITIVE_INFINITY;
    await clock.advance(50);
    expect(reader.text).toBe('a\n');
  });

  it('does not count as stalled while it accepts anything', async () => {
    reader.appetite = 0;
    fill(HIGH_WATER);
    const drained = destination.drained();
    for (let second = 0; second < 5; second++) {
      await clock.advance(900);
      reader.appetite = 100;
      await clock.advance(60);
    }
    expect(await state(drained)).toBe('waiting');
  });
});

describe.each(['EAGAIN', 'silent'])('a stalled reader (%s)', (mood) => {
  beforeEach(async () => {
    reader.mood = mood;
    reader.appetite = 0;
    fill(HIGH_WATER);
    await clock.settle();
  });

  it('slows commands down for at most a second', async () => {
    const drained = destination.drained();
    await clock.advance(STALL - 10);
    expect(await state(drained)).toBe('waiting');
    await clock.advance(20);
    expect(await state(drained)).toBe('open');
    expect(destination.drained()).toBeUndefined();
  });

  it('loses output but no events, and receives the number of lost records when it resumes', async () => {
    await clock.advance(STALL + 10);
    fill(10 * KIB.length, 'output');
    destination.write('kept\n', 'event');
    reader.wake();
    await clock.advance(100);
    expect(reader.text.length).toBe(HIGH_WATER + 'kept\n[dropped 10]\n'.length);
    expect(reader.text.endsWith('kept\n[dropped 10]\n')).toBe(true);
  });

  it('counts each record that is lost together with others', async () => {
    await clock.advance(STALL + 10);
    destination.write('a\nb\nc\n', 'output', 3);
    reader.wake();
    await clock.advance(100);
    expect(reader.text.endsWith('[dropped 3]\n')).toBe(true);
  });

  it('also loses events beyond a limit', async () => {
    await clock.advance(STALL + 10);
    fill(RESERVE + 3 * KIB.length, 'event');
    reader.wake();
    await clock.advance(100);
    expect(reader.text.endsWith('[dropped 3]\n')).toBe(true);
  });

  it('ends a flush after a second', async () => {
    await clock.advance(STALL + 700);
    const flushed = destination.flush();
    await clock.advance(STALL - 10);
    expect(await state(flushed)).toBe('waiting');
    await clock.advance(20);
    expect(await state(flushed)).toBe('open');
  });
});

describe('a flush', () => {
  it('ends immediately if the buffer is empty', async () => {
    expect(await state(destination.flush())).toBe('open');
  });

  it('waits for a slow reader that keeps reading', async () => {
    reader.appetite = 0;
    fill(3 * KIB.length, 'event');
    const flushed = destination.flush();
    for (let piece = 0; piece < 3; piece++) {
      await clock.advance(900);
      expect(await state(flushed)).toBe('waiting');
      reader.appetite = KIB.length;
      await clock.advance(50);
    }
    expect(await state(flushed)).toBe('open');
    expect(reader.text.length).toBe(3 * KIB.length);
  });
});

describe('a closed log', () => {
  it.each([
    ['EPIPE', 'the log has ended: its reader closed it'],
    ['EIO', 'the log has ended: it cannot be written (the disk or device failed)'],
    ['EBADF', 'the log has ended: it cannot be written (it is closed)'],
  ])('with %s is reported once, and all later records are dropped', async (code, reason) => {
    reader.appetite = 0;
    fill(HIGH_WATER);
    const waiting = [destination.drained(), destination.flush()];
    reader.mood = code;
    await clock.advance(100);
    for (const promise of waiting) expect(await state(promise)).toBe('open');
    destination.write('more\n', 'event');
    await clock.advance(5_000);
    expect(told).toEqual([reason]);
    expect(destination.drained()).toBeUndefined();
    expect(clock.armed).toBe(0);
  });
});

describe('a full disk', () => {
  it('is reported once and retried, and losses are reported when it has space again', async () => {
    reader.mood = 'ENOSPC';
    reader.appetite = 0;
    destination.write('first\n', 'event');
    await clock.advance(STALL + 10);
    destination.write('lost\n', 'output');
    await clock.advance(10_000);
    expect(told).toEqual(['the log cannot be written (the disk is full); records are dropped until it can be']);
    reader.appetite = Number.POSITIVE_INFINITY;
    await clock.advance(1_100);
    expect(reader.text).toBe('first\n[dropped 1]\n');
  });
});
