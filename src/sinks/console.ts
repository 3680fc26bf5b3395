import { jobNameOf, levelOf, messageOf, type TimerEvent } from '../domain/events/index.js';
import { lineCount } from '../domain/output-lines.js';
import type { Sink } from '../domain/sink.js';
import type { SinkOptions } from './kind.js';
import { isShown } from './level.js';
import { Rows, type Row } from './rows.js';

/**
 * Creates the log for a terminal: local time, a mark, the timer's name, and what happened. Output lines follow, with
 * the timer's name. A heading names the date, the offset and the zone whenever the date or the offset changes.
 *
 *     ── Mon 2026-11-23 +01:00 Europe/Berlin ─────────
 *     09:00:00 ▸ backup    started
 *     09:00:01 │ backup    dumping app
 *     09:00:09 ✗ backup    failed: exit code 3 after 9.1 s
 */
export function createConsole({ destination, clock, level, color, local }: SinkOptions): Sink {
  const rows = new Rows(color, local);
  const sink: Sink = {
    name: 'pretty',
    accept(event) {
      if (!isShown(levelOf(event), level)) return;
      const text = rows
        .of(rowOf(event))
        .map((row) => `${row}\n`)
        .join('');
      if (event.event === 'run.output') destination.write(text, 'output', lineCount(event.lines));
      else destination.write(text, 'event');
    },
    drained: () => destination.drained(),
    flush: () => destination.flush(),
  };
  destination.onDropped((records) => sink.accept({ event: 'log.dropped', at: clock.now(), records }));
  return sink;
}

function rowOf(event: TimerEvent): Row {
  return {
    at: event.at,
    event: event.event,
    level: levelOf(event),
    jobName: jobNameOf(event),
    sentence: (format) => messageOf(event, format),
    ...(event.event === 'run.output' && {
      output: { stream: event.stream, lines: event.lines, isCut: event.truncated },
    }),
    ...(event.event === 'run.finished' && { status: event.outcome.status }),
  };
}
