import { expect, it } from 'vitest';
import type { TimerEvent } from '../../src/domain/events/index.js';
import type { Outcome } from '../../src/domain/outcome.js';
import { RunSpans } from '../../src/tracing/run-spans.js';
import { idsOfAttempt, idsOfRun, traceparent } from '../../src/tracing/trace-ids.js';

const DUE = Date.parse('2026-11-23T08:00:00Z');
const firing = { jobName: 'backup', scheduledFor: DUE, trigger: 'schedule', generation: 0 } as const;
const run = { firing, runId: 'r1' } as const;

const admitted = (at: number): TimerEvent => ({ event: 'run.admitted', at: DUE + at, ...run });
const begun = (at: number, attempt = 1): TimerEvent => ({
  event: 'attempt.begun',
  at: DUE + at,
  attempt,
  latenessMs: at,
  ...run,
});
const started = (at: number, attempt = 1): TimerEvent => ({
  event: 'run.started',
  at: DUE + at,
  attempt,
  pid: 7,
  latenessMs: at,
  ...run,
});
const finished = (at: number, outcome: Outcome, further: object = {}): TimerEvent => ({
  event: 'run.finished',
  at: DUE + at,
  outcome,
  durationMs: 100,
  attempts: 1,
  latenessMs: 5,
  failuresInARow: 0,
  ...run,
  ...further,
});

/** The spans of these events, one per line, with times in milliseconds from the due instant. */
const spansOf = (...events: readonly TimerEvent[]) => {
  const spans = new RunSpans('here');
  return events.flatMap((event) => spans.of(event));
};
const brief = (...events: readonly TimerEvent[]) =>
  spansOf(...events).map(
    ({ name, start, end, error }) => `${name} ${start - DUE}–${end - DUE}${error ? ` ${error}` : ''}`,
  );

it('a run’s span lasts from its admission to its end, and an attempt’s from its start', () => {
  const events = [admitted(2), begun(40), started(45), finished(140, { status: 'success', exitCode: 0 })];
  expect(brief(...events)).toEqual(['attempt 1 40–140', 'backup 2–140']);
  const [attempt, whole] = spansOf(...events);
  expect(whole!.attributes).toMatchObject({ 'timers.waited_ms': 38, 'process.exit.code': 0 });
  expect(attempt!.attributes).toMatchObject({ 'process.pid': 7, 'process.exit.code': 0 });
});

it.each<[Outcome, string]>([
  [{ status: 'failure', exitCode: 3, error: 'exit code 3' }, ' exit code 3'],
  [{ status: 'timeout', signal: 'SIGTERM', error: 'timed out after 5 ms' }, ' timed out after 5 ms'],
  [{ status: 'lost' }, ' lost'],
  [{ status: 'canceled', signal: 'SIGTERM', error: 'the scheduler was stopped' }, ''],
])('%j', (outcome, error) => {
  const events = [admitted(0), begun(5), finished(9, outcome)];
  expect(brief(...events)).toEqual([`attempt 1 5–9${error}`, `backup 0–9${error}`]);
  for (const { attributes } of spansOf(...events)) {
    expect(attributes['timers.status']).toBe(outcome.status);
    expect(attributes['timers.signal']).toBe(outcome.signal);
    expect(attributes['timers.reason']).toBe(outcome.status === 'canceled' ? outcome.error : undefined);
    expect(attributes['error.type']).toBe(error === '' ? undefined : outcome.status);
  }
});

it('a run canceled between two attempts ends without another attempt span', () => {
  const failed: TimerEvent = {
    event: 'attempt.failed',
    at: DUE + 20,
    attempt: 1,
    outcome: { status: 'failure', exitCode: 1, error: 'exit code 1' },
    retryInMs: 50,
    ...run,
  };
  expect(brief(admitted(0), begun(5), failed, finished(30, { status: 'canceled' }))).toEqual([
    'attempt 1 5–20 exit code 1',
    'backup 0–30',
  ]);
});

it('a run started by an earlier scheduler is traced from its first attempt', () => {
  expect(brief(begun(9_000, 2), finished(9_100, { status: 'success' }, { attempts: 2 }))).toEqual([
    'attempt 2 9000–9100',
    'backup 5–9100',
  ]);
  const [, whole] = spansOf(begun(9_000, 2), finished(9_100, { status: 'success' }, { attempts: 2 }));
  expect(whole!.attributes).not.toHaveProperty('timers.waited_ms');
});

it('a run lost by an earlier scheduler ends when it was last seen, with its attempt as parent', () => {
  expect(brief(finished(60_000, { status: 'lost', error: 'gone' }))).toEqual([
    'attempt 1 5–105 gone',
    'backup 5–105 gone',
  ]);
});

it('a firing without a run is a span of zero length, unless it had been admitted', () => {
  const skipped: TimerEvent = { event: 'firing.skipped', at: DUE + 1, firing, reason: 'overlap' };
  const missed: TimerEvent = { event: 'firing.missed', at: DUE + 9, firing, reason: 'downtime', count: 4 };
  expect(brief(skipped, missed)).toEqual(['backup 1–1', 'backup 9–9 missed: downtime']);
  const [first, second] = spansOf(skipped, missed);
  expect(first!.attributes).toMatchObject({ 'timers.status': 'skipped', 'timers.reason': 'overlap' });
  expect(second!.attributes).toMatchObject({ 'timers.status': 'missed', 'timers.count': 4, 'error.type': 'missed' });
  expect(brief(admitted(1), { ...missed, reason: 'deadline', runId: 'r1' })).toEqual(['backup 1–9 missed: deadline']);
});

it('two schedulers of one file never share a span', () => {
  const skipped: TimerEvent = { event: 'firing.skipped', at: DUE, firing, reason: 'overlap' };
  const [here] = new RunSpans('here').of(skipped);
  const [there] = new RunSpans('there').of(skipped);
  expect(here!.ids.traceId).not.toBe(there!.ids.traceId);
});

it('no span ends before it starts, regardless of the clock', () => {
  for (const { start, end } of spansOf(admitted(50), begun(60), finished(10, { status: 'success' })))
    expect(end).toBeGreaterThanOrEqual(start);
});

it('ids follow W3C Trace Context, are stable and distinct', () => {
  expect(traceparent(idsOfRun('r1'))).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/);
  expect(idsOfAttempt('r1', 1)).toEqual(idsOfAttempt('r1', 1));
  const spans = [idsOfRun('r1'), idsOfAttempt('r1', 1), idsOfAttempt('r1', 11), idsOfRun('r2')];
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
});

it('a fallback has its own span, after the attempts or in a skipped firing', () => {
  const failure = { status: 'failure', exitCode: 3, error: 'exit code 3' } as const;
  const decided = { kind: 'finished', outcome: failure } as const;
  const failed = { event: 'attempt.failed', at: DUE + 50, attempt: 1, outcome: failure, retryInMs: 0, ...run } as const;
  const fallback = { outcome: { status: 'success' }, durationMs: 20 } as const;
  expect(
    brief(
      admitted(2),
      begun(40),
      failed,
      { ...begun(50, 2), decided } as TimerEvent,
      finished(70, failure, { fallback }),
    ),
  ).toEqual(['attempt 1 40–50 exit code 3', 'fallback 50–70', 'backup 2–70 exit code 3']);
  const skipped = { event: 'firing.skipped', at: DUE + 70, reason: 'breaker_open', fallback, ...run } as const;
  expect(brief(admitted(2), { ...begun(50), decided } as TimerEvent, skipped)).toEqual([
    'fallback 50–70',
    'backup 2–70',
  ]);
});
