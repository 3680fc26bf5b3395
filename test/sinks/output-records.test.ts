import { describe, expect, it } from 'vitest';
import type { RunOutput } from '../../src/domain/events/index.js';
import { toTimestamp } from '../../src/domain/time.js';
import { createConsole } from '../../src/sinks/console.js';
import { createJsonLog } from '../../src/sinks/json-log.js';
import { OutputRecords } from '../../src/sinks/output-records.js';
import { JSON_NAMES } from '../../src/sinks/record-names.js';
import { FakeClock } from '../support/fake-clock.js';
import { at, firing } from '../support/events.js';
import { CapturedDestination } from './captured-destination.js';
import { block, written } from './written-output.js';

describe('output records', () => {
  it('have at most 16 KiB each', () => {
    const records = written(createJsonLog, [block(`short\n${'€'.repeat(5_400)}\nshort`)]).split(/(?<=\n)/);
    expect(records.map((record) => Buffer.byteLength(record) <= 16_384)).toEqual([true, true, true]);
    expect(records.map((record) => (JSON.parse(record) as { truncated?: true }).truncated)).toEqual([
      undefined,
      true,
      undefined,
    ]);
  });

  it('take up one full record per stream of a run, even if runs print in turns', () => {
    const full: RunOutput[] = [];
    const records = new OutputRecords((event) => {
      full.push(event);
      return `{"timestamp":"now","run_id":"${event.runId}","stream":"${event.stream}","line":"","msg":""}\n`;
    }, JSON_NAMES);
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
  ] as const)('count as lines if they are dropped: %s', (_, open) => {
    const destination = new CapturedDestination();
    const local = { zone: 'UTC', format: toTimestamp };
    open({ destination, clock: new FakeClock(at), level: 'info', host: 'box', color: false, local }).accept(
      block('a\n\nb'),
    );
    expect(destination.counts).toEqual([3]);
  });
});
