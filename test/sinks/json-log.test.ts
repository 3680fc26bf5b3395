import { describe, expect, it, test } from 'vitest';
import { toTimestamp } from '../../src/domain/time.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { toRecord } from '../../src/domain/record.js';
import { createJsonLog } from '../../src/sinks/json-log.js';
import type { Level } from '../../src/sinks/level.js';
import { FakeClock } from '../support/fake-clock.js';
import { CapturedDestination } from './captured-destination.js';
import { at, firing, SENTENCES } from '../support/events.js';

function log(level: Level = 'info') {
  const destination = new CapturedDestination();
  const sink = createJsonLog({
    destination,
    clock: new FakeClock(at),
    level,
    host: 'box',
    color: false,
    local: { zone: 'UTC', format: toTimestamp },
  });
  return { destination, sink };
}

describe('the JSON log', () => {
  test.each(SENTENCES)('writes %s as one line of JSON with the record’s fields', (sentence, event) => {
    const { destination, sink } = log('debug');
    sink.accept(event);
    const [line, ...more] = destination.records;
    expect([line!.indexOf('\n'), more]).toEqual([line!.length - 1, []]);
    const { level, ...fields } = JSON.parse(line!) as Record<string, unknown>;
    expect(['debug', 'info', 'warn', 'error']).toContain(level);
    expect(fields).toEqual({ timestamp: '2026-11-23T08:00:00.500Z', host: 'box', msg: sentence, ...toRecord(event) });
  });

  it('writes a line of output in exactly this form', () => {
    const { destination, sink } = log();
    sink.accept({
      event: 'run.output',
      at,
      firing,
      runId: 'r1',
      stream: 'stdout',
      lines: 'a "b" \0\x1b[31m é 😀',
      truncated: true,
    });
    expect(destination.records).toEqual([
      '{"level":"info","timestamp":"2026-11-23T08:00:00.500Z","host":"box","event":"run.output","task_name":"backup",' +
        '"firing_id":"backup@2026-11-23T08:00:00.000Z","scheduled_at":"2026-11-23T08:00:00.000Z","trigger":"schedule","run_id":"r1",' +
        '"stream":"stdout","line":"a \\"b\\" \\u0000\\u001b[31m é 😀","truncated":true,"msg":"a \\"b\\" \\u0000\\u001b[31m é 😀"}\n',
    ]);
    expect(destination.kinds).toEqual(['output']);
  });

  it('contains the time of each event itself', () => {
    const { destination, sink } = log();
    for (const time of [at, at, at + 1]) sink.accept({ event: 'log.dropped', at: time, records: 1 });
    expect(destination.records.map((line) => (JSON.parse(line) as { timestamp: string }).timestamp.slice(-4))).toEqual([
      '500Z',
      '500Z',
      '501Z',
    ]);
  });

  test.each<[Level, string[]]>([
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ])('at level %s logs %s', (level, expected) => {
    const { destination, sink } = log(level);
    const outcome = (status: 'success' | 'failure'): TimerEvent => ({
      event: 'run.finished',
      at,
      firing,
      runId: 'r1',
      outcome: { status },
      durationMs: 1,
      attempts: 1,
      latenessMs: 0,
      failuresInARow: 0,
    });
    sink.accept(outcome('success'));
    sink.accept({ event: 'firing.skipped', at, firing, reason: 'overlap' });
    sink.accept(outcome('failure'));
    expect(destination.records.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(expected);
  });

  it('reports dropped records', () => {
    const { destination } = log();
    destination.tellDropped(4);
    expect(JSON.parse(destination.records[0]!)).toMatchObject({ event: 'log.dropped', level: 'warn', records: 4 });
  });
});
