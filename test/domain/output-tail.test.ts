import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputTail } from '../../src/domain/output-tail.js';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

describe('the tail of a failure', () => {
  it('contains the last 20 lines of one stream', () => {
    const tail = new OutputTail();
    for (const line of numbers(1, 50)) tail.push(line, 'stdout');
    expect(tail.toString()).toBe(numbers(31, 50).join('\n'));
  });

  it.each([
    ['stderr', 'stdout'],
    ['stdout', 'stderr'],
  ] as const)('keeps the last 5 lines of %s despite later lines of %s', (first, flood) => {
    const tail = new OutputTail();
    for (const line of numbers(1, 7)) tail.push(`E${line}`, first);
    for (const line of numbers(1, 1_000)) tail.push(line, flood);
    expect(tail.toString().split('\n')).toEqual(['E3', 'E4', 'E5', 'E6', 'E7', ...numbers(986, 1_000)]);
  });

  it('keeps the order of reading', () => {
    const tail = new OutputTail();
    for (const line of numbers(1, 30)) tail.push(line, Number(line) % 2 ? 'stdout' : 'stderr');
    expect(tail.toString()).toBe(numbers(11, 30).join('\n'));
  });

  it('truncates long lines', () => {
    const tail = new OutputTail();
    tail.push('x'.repeat(2_000), 'stdout');
    expect(tail.toString()).toBe(`${'x'.repeat(1_024)}…`);
  });

  it('is the same for blocks and for their lines', () => {
    const lines = fc.array(fc.constantFrom('', 'a', 'b', 'c'), { minLength: 1, maxLength: 50 });
    const blocks = fc.array(fc.record({ stream: fc.constantFrom('stdout' as const, 'stderr' as const), lines }));
    fc.assert(
      fc.property(blocks, (all) => {
        const [tail, reference] = [new OutputTail(), new OutputTail()];
        for (const { stream, lines: block } of all) {
          tail.push(block.join('\n'), stream);
          for (const line of block) reference.push(line, stream);
        }
        expect(tail.toString()).toBe(reference.toString());
      }),
    );
  });
});
