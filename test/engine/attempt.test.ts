import { expect, test } from 'vitest';
import { Attempt, type AttemptContext, type AttemptOwner } from '../../src/engine/attempt.js';
import type { Command } from '../../src/domain/command.js';

/** The log's lines for a command with `output: {parse: json}`. */
function recordsOf(...lines: string[]): unknown[] {
  const records: unknown[] = [];
  const command = { output: { to: 'log', parse: 'json' } } as unknown as Command;
  const owner = { emit: (fact: unknown) => records.push(fact) } as unknown as AttemptOwner;
  const attempt = new Attempt(owner, { number: 1, latenessMs: 0, command }, {} as AttemptContext);
  for (const line of lines) attempt.output('stdout', line, false);
  return records;
}

test('a line of JSON is nested as data unless that would change a number', () => {
  const [small, big, bigger] = ['{"n": 9007199254740992}', '{"n": 9007199254740993}', '{"n": [1e400]}'];
  const output = { event: 'run.output', stream: 'stdout', truncated: false };
  expect(recordsOf(small, big, bigger)).toEqual([
    { ...output, lines: small, data: { n: 9007199254740992 } },
    {
      ...output,
      stream: 'stderr',
      lines:
        'timers: a line with the number "9007199254740993" is not read as JSON, because that would change the number',
    },
    { ...output, lines: big },
    { ...output, lines: bigger },
  ]);
});
