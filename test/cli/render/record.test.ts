import { expect, test } from 'vitest';
import { toLogRecord } from '../../../src/daemon/log-record.js';
import { renderRecord } from '../../../src/cli/commands/logs/render.js';
import { localClock } from '../../../src/cli/zone.js';
import type { TimerEvent } from '../../../src/domain/events/index.js';
import { createConsole } from '../../../src/sinks/console.js';
import { CapturedDestination } from '../../sinks/captured-destination.js';
import { firing, SENTENCES } from '../../support/events.js';
import { FakeClock } from '../../support/fake-clock.js';

const ZONE = 'Europe/Berlin';
const run = { firing, runId: 'r1', at: firing.scheduledFor + 1_000 };
const EVENTS: readonly (readonly [string, TimerEvent])[] = [
  ...SENTENCES.map(([sentence, event]) => [sentence, event] as const),
  [
    'the id of a firing',
    {
      ...{ event: 'forward.refused', at: run.at, receiver: 'timers.example.org', number: 41, reason: 'no' },
      of: 'backup@2026-11-23T02:00:00.000Z',
    },
  ],
  ['a line', { event: 'run.output', ...run, stream: 'stdout', lines: 'a\tb', truncated: false }],
  ['a line of stderr, cut', { event: 'run.output', ...run, stream: 'stderr', lines: '\x1b[31mred', truncated: true }],
  [
    'a line as JSON',
    { event: 'run.output', ...run, stream: 'stdout', lines: '{"a":1}', data: { a: 1 }, truncated: false },
  ],
];

test.each([false, true])('timers logs prints records like the pretty log of timers start (color: %s)', (color) => {
  const destination = new CapturedDestination();
  const local = localClock(ZONE);
  const sink = createConsole({ destination, clock: new FakeClock(), level: 'debug', host: 'box', color, local });
  const render = renderRecord(color, ZONE);
  for (const [sentence, event] of EVENTS) {
    sink.accept(event);
    const record = JSON.parse(JSON.stringify(toLogRecord(event, 'box'))) as ReturnType<typeof toLogRecord>;
    expect(`${render(record).join('\n')}\n`, sentence).toBe(destination.records.at(-1));
  }
});
