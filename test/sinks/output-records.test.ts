import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunOutput } from '../../src/domain/events/index.js';
import { toTimestamp } from '../../src/domain/time.js';
import { LineSplitter } from '../../src/executors/shell/line-splitter.js';
import { createConsole } from '../../src/sinks/console.js';
import { createJsonLog } from '../../src/sinks/json-log.js';
import { OutputRecords } from '../../src/sinks/output-records.js';
import { FakeClock } from '../support/fake-clock.js';
import { at, firing } from '../support/events.js';
import { CapturedDestination } from './captured-destination.js';

const output: RunOutput = {
  event: 'run.output',
  at,
  firing,
  runId: 'r1',
  stream: 'stdout',
  lines: '',
  truncated: false,
};
const block = (lines: string): RunOutput => ({ ...output, lines });

/** What a log writes for these events. */
function written(open: typeof createJsonLog, events: readonly RunOutput[]): string {
  const destination = new CapturedDestination();
  const local = { zone: 'UTC', format: toTimestamp };
  const sink = open({ destination, clock: new FakeClock(at), level: 'info', host: 'b$1$$', color: true, local });
  for (const event of events) sink.accept(event);
  return destination.records.join('');
}

/** The events of a command that prints these bytes in chunks of such lengths. */
function printed(bytes: Uint8Array, lengths: readonly number[], most: number): RunOutput[] {
  const events: RunOutput[] = [];
  const splitter = new LineSplitter((lines, truncated) => events.push({ ...output, lines, truncated }));
  for (let start = 0, next = 0; start < bytes.length; next++) {
    const end = start + (lengths[next % lengths.length] ?? bytes.length);
    splitter.push(Buffer.from(bytes.subarray(start, end)));
    while (splitter.flow(most));
    start = end;
  }
  splitter.end();
  return events;
}

const piece = fc.oneof(
  fc.constantFrom('\n', '\r', '"', '\\', '\\n', '$1', '$&', '\x7f', '\t', '\0', '\u2028', '\u202e', '👩‍🚒', 'ä'),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('x'.repeat(3_000), '"'.repeat(5_000), '€'.repeat(6_000)),
  fc.uint8Array({ maxLength: 8 }),
);
const line = fc
  .array(piece, { maxLength: 3 })
  .map((pieces) => Buffer.concat([...pieces, '\n'].map((one) => Buffer.from(one))));
const bytes = fc
  .array(fc.oneof(line, line, piece), { maxLength: 40 })
  .map((all) => Buffer.concat(all.map((one) => Buffer.from(one))));

describe('the records of output', () => {
  it.each([
    ['JSON', createJsonLog],
    ['pretty', createConsole],
  ] as const)('are the same in blocks and line by line, of any bytes in any chunks: %s', (_, open) => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(64 * 1024)), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(bytes, lengths, fc.integer({ min: 2, max: 9 }), (all, some, most) => {
        expect(written(open, printed(all, some, most))).toBe(written(open, printed(all, [all.length + 1], 1)));
      }),
    );
  });

  it('have at most 16 KiB each', () => {
    const records = written(createJsonLog, [block(`short\n${'€'.repeat(5_400)}\nshort`)]).split(/(?<=\n)/);
    expect(records.map((record) => Buffer.byteLength(record) <= 16_384)).toEqual([true, true, true]);
    expect(records.map((record) => (JSON.parse(record) as { truncated?: true }).truncated)).toEqual([
      undefined,
      true,
      undefined,
    ]);
  });

  it('cost one full record for each stream of a run, however much runs print in turns', () => {
    const full: RunOutput[] = [];
    const records = new OutputRecords((event) => {
      full.push(event);
      return `{"timestamp":"now","run_id":"${event.runId}","stream":"${event.stream}","line":"","msg":""}\n`;
    });
    const other = { ...firing };
    for (let turn = 0; turn < 10; turn++) {
      for (const stream of ['stdout', 'stderr'] as const) {
        records.of({ ...block('a\nb'), stream }, 'now');
        records.of({ ...block('a\nb'), stream, firing: other, runId: 'r2' }, 'now');
      }
    }
    expect(full.map(({ runId, stream }) => `${runId} ${stream}`)).toEqual([
      'r1 stdout',
      'r2 stdout',
      'r1 stderr',
      'r2 stderr',
    ]);
    expect(records.of(block('a\nb'), 'later')).toBe(
      ['a', 'b']
        .map((line) => `{"timestamp":"later","run_id":"r1","stream":"stdout","line":"${line}","msg":"${line}"}\n`)
        .join(''),
    );
  });

  it.each([
    ['JSON', createJsonLog],
    ['pretty', createConsole],
  ] as const)('are counted as lines where they are dropped: %s', (_, open) => {
    const destination = new CapturedDestination();
    const local = { zone: 'UTC', format: toTimestamp };
    open({ destination, clock: new FakeClock(at), level: 'info', host: 'box', color: false, local }).accept(
      block('a\n\nb'),
    );
    expect(destination.counts).toEqual([3]);
  });
});
