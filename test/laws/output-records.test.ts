import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunOutput } from '../../src/domain/events/index.js';
import { LineSplitter } from '../../src/executors/shell/line-splitter.js';
import { createConsole } from '../../src/sinks/console.js';
import { createJsonLog } from '../../src/sinks/json-log.js';
import { output, written } from '../sinks/written-output.js';
import { rounds } from './rounds.js';

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
  ] as const)('are equal in blocks and line by line, for any bytes and chunks: %s', (_, open) => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(64 * 1024)), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(bytes, lengths, fc.integer({ min: 2, max: 9 }), (all, some, most) => {
        expect(written(open, printed(all, some, most))).toBe(written(open, printed(all, [all.length + 1], 1)));
      }),
      rounds(100),
    );
  });
});
