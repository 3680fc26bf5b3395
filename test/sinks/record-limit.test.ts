import { describe, expect, it, test } from 'vitest';
import type { RunFinished, TimerEvent } from '../../src/domain/events/index.js';
import { toTimestamp } from '../../src/domain/time.js';
import { createJsonLog } from '../../src/sinks/json-log.js';
import { RECORD_LIMIT } from '../../src/sinks/record-limit.js';
import { FakeClock } from '../support/fake-clock.js';
import { CapturedDestination } from './captured-destination.js';
import { at, firing } from '../support/events.js';

/** The record of an event, as the log writes it. */
function written(event: TimerEvent): { line: string; record: Record<string, unknown> } {
  const destination = new CapturedDestination();
  const local = { zone: 'UTC', format: toTimestamp };
  const options = { destination, clock: new FakeClock(at), level: 'info', host: 'box', color: false, local } as const;
  createJsonLog(options).accept(event);
  const [line = ''] = destination.records;
  return { line, record: JSON.parse(line) as Record<string, unknown> };
}

const run = { at, firing, runId: 'r1' };
const output = (line: string, data?: Record<string, unknown>): TimerEvent => ({
  event: 'run.output',
  ...run,
  stream: 'stdout',
  lines: line,
  truncated: false,
  ...(data && { data }),
});
const failed = (outputTail: string): TimerEvent => ({
  event: 'run.finished',
  ...run,
  outcome: { status: 'failure', exitCode: 1, error: 'exit code 1' },
  durationMs: 1,
  attempts: 1,
  latenessMs: 0,
  failuresInARow: 1,
  outputTail,
});
const LINE = 16 * 1024;
const many = (text: string, length = LINE) => text.repeat(Math.ceil(length / text.length)).slice(0, length);

const MANY_KEYS = Object.fromEntries(Array.from({ length: 1_300 }, (_, n) => [`key${n}`, n]));

describe('no record is longer than 16 KiB', () => {
  test.each<[string, TimerEvent]>([
    ['plain output', output(many('x'))],
    ['NUL bytes', output(many('\0'))],
    ['escape sequences', output(many('\x1b[31m'))],
    ['quotes and backslashes', output(many('"\\'))],
    ['emoji', output(many('😀', LINE / 2))],
    ['invisible astral characters', output(many('\u{e0001}', LINE / 2))],
    ['lone surrogates', output(many('\ud83d', LINE / 3))],
    ['joined emoji', output(many('👩‍👩‍👧', LINE / 2))],
    ['output read as JSON', output(many('{"a":"x'), { a: many('x') })],
    ['an object of many keys', output(JSON.stringify(MANY_KEYS), MANY_KEYS)],
    ['a tail of hostile lines', failed(Array.from({ length: 20 }, () => many('\x1b', 1_024)).join('\n'))],
    ['one line of a tail', failed(many('\0', 20_000))],
    [
      'problems',
      {
        event: 'config.rejected',
        at,
        file: 'a.yaml',
        problems: many('x', 5_000)
          .split('')
          .map((_, n) => `${n}: bad`),
      },
    ],
    ['one long problem', { event: 'config.rejected', at, file: 'a.yaml', problems: [many('\u202e', 20_000)] }],
    ['a long path', { event: 'config.rejected', at, file: many('\x01', 4_096), problems: [] }],
    ['a stack', { event: 'internal.error', at, doing: 'planning', error: many('e'), stack: many('s', 50_000) }],
  ])('%s', (_, event) => {
    const { line, record } = written(event);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(RECORD_LIMIT);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(record).toMatchObject({ event: event.event, truncated: true, msg: expect.any(String) });
    // No space is wasted, and no character torn.
    expect(Buffer.byteLength(line)).toBeGreaterThan(RECORD_LIMIT / 4);
    if (!JSON.stringify(event).includes('\\ud83d')) expect(JSON.stringify(record).includes('\\ud')).toBe(false);
  });
});

it('a record within the limit is unchanged', () => {
  const { record } = written(output(many('x', 7_000)));
  expect(record).toMatchObject({ line: many('x', 7_000), msg: many('x', 7_000) });
  expect(record).not.toHaveProperty('truncated');
});

it('the message is truncated first and marked, and a line of 14 KiB is complete', () => {
  const { line, record } = written(output(many('x', 14_000)));
  expect(record['line']).toBe(many('x', 14_000));
  expect(record['truncated']).toBe(true);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(RECORD_LIMIT);
  expect(record['msg']).toMatch(/^x{1000,}…$/);
});

it('a parsed object stays nested if it fits, and otherwise becomes a string', () => {
  const fits = `{"a":"${many('x', 12_000)}"}`;
  const tooLong = `{"a":"${many('x', 15_900)}"}`;
  const read = (line: string) => written(output(line, JSON.parse(line) as Record<string, unknown>)).record;
  expect(read(fits)['data']).toEqual(JSON.parse(fits));
  expect(read(tooLong)).not.toHaveProperty('data');
  expect(read(tooLong)['line']).toMatch(/^\{"a":"x{14000,}$/);
});

it('the last lines of the output tail are kept', () => {
  const lines = Array.from({ length: 20 }, (_, n) => `${n} ${many('é', 1_000)}`);
  const { record } = written(failed(lines.join('\n')));
  const kept = String(record['output_tail']).split('\n');
  expect(kept).toEqual(lines.slice(-kept.length));
  const outcome = { status: 'failure' } as const;
  const { record: both } = written({
    ...failed('short'),
    fallback: { outcome, outputTail: lines.join('\n') },
  } as RunFinished);
  expect(both).toMatchObject({ output_tail: 'short', fallback_output_tail: kept.join('\n') });
  expect(kept.length).toBeGreaterThan(5);
});
