import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitRecord, RECORD_LIMIT } from '../../src/sinks/record-limit.js';
import { rounds } from './rounds.js';

test('a record with any text in any field stays within the limit', () => {
  const text = fc.string({ unit: 'binary', minLength: 3_000, maxLength: 30_000 });
  fc.assert(
    fc.property(text, text, (line, tail) => {
      const record = {
        level: 'info',
        event: 'run.finished',
        line,
        output_tail: tail,
        problems: [tail, line],
        msg: line,
      };
      const short = fitRecord(`${JSON.stringify(record)}\n`);
      expect(Buffer.byteLength(short)).toBeLessThanOrEqual(RECORD_LIMIT);
      expect(JSON.parse(short)).toMatchObject({ level: 'info', event: 'run.finished' });
    }),
    rounds(30),
  );
});
