import { Chalk, type ChalkInstance } from 'chalk';
import { jobNameOf, type RunOutput, type TimerEvent } from '../domain/event.js';
import type { Sink } from '../domain/sink.js';
import { visible } from '../domain/visible.js';
import type { SinkKind, SinkOptions } from './kind.js';
import { isTold, levelOf } from './level.js';
import { LocalTime } from './local-clock.js';
import { messageOf } from './message.js';
import { plainText } from './plain-text.js';

/** Columns for people. */
export const pretty: SinkKind = {
  key: 'pretty',
  summary: 'columns for people, in the time zone of the file',
  create: createConsole,
};

/** Longer names push their own message to the right and nobody else's. */
const WIDEST_NAME = 20;

/**
 * Creates the log for a terminal: local time, a mark, the timer's name, what happened; output lines below, under their timer's name.
 * A heading names the date, the offset and the zone whenever the date or the offset changes.
 *
 *     ── Mon 2026-11-23 +01:00 Europe/Berlin ─────────
 *     09:00:00 ▸ backup    started
 *     09:00:01 │ backup    dumping app
 *     09:00:09 ✗ backup    failed: exit code 3 after 9.1 s
 */
export function createConsole({ destination, clock, level, color, local }: SinkOptions): Sink {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const rows = new Rows(chalk, new LocalTime(local));
  const sink: Sink = {
    name: 'pretty',
    accept(event) {
      if (!isTold(levelOf(event), level)) return;
      destination.write(rows.of(event), event.event === 'run.output' ? 'output' : 'event');
    },
    drained: () => destination.drained(),
    flush: () => destination.flush(),
  };
  destination.onDropped((records) => sink.accept({ event: 'log.dropped', at: clock.now(), records }));
  return sink;
}

type Paint = (text: string) => string;

/** Puts events into rows. Remembers the last heading, and how wide names are. */
class Rows {
  readonly #chalk: ChalkInstance;
  readonly #localTime: LocalTime;
  #heading = '';
  #nameWidth = 0;

  constructor(chalk: ChalkInstance, localTime: LocalTime) {
    this.#chalk = chalk;
    this.#localTime = localTime;
  }

  /** The event's row, its newline included; before it a row for the date, if that is another. */
  of(event: TimerEvent): string {
    const { time } = this.#localTime.of(event.at);
    const heading = this.#localTime.heading(event.at);
    const rule = heading === this.#heading ? '' : `${this.#chalk.dim(heading)}\n`;
    this.#heading = heading;
    const [mark, paint] = this.#markOf(event);
    return `${rule}${this.#chalk.dim(time)} ${paint(mark)} ${this.#textOf(event, paint)}\n`;
  }

  #textOf(event: TimerEvent, paint: Paint): string {
    if (event.event === 'run.output') return this.#outputOf(event);
    const today = this.#localTime.of(event.at);
    const message = messageOf(event, (instant) => this.#localTime.text(instant, today));
    const jobName = jobNameOf(event);
    if (jobName === undefined) return visible(message);
    const text = visible(message.slice(jobName.length + 1));
    return `${this.#chalk.bold(this.#pad(jobName))} ${levelOf(event) === 'error' ? paint(text) : text}`;
  }

  #outputOf({ firing, line, truncated }: RunOutput): string {
    const { dim } = this.#chalk;
    return `${dim(this.#pad(firing.jobName))} ${dim(plainText(line))}${truncated ? dim(' … (cut)') : ''}`;
  }

  #pad(jobName: string): string {
    const name = visible(jobName);
    this.#nameWidth = Math.max(this.#nameWidth, Math.min(name.length, WIDEST_NAME));
    return name.padEnd(this.#nameWidth);
  }

  #markOf(event: TimerEvent): readonly [string, Paint] {
    const { green, red, yellow, cyan, dim } = this.#chalk;
    switch (event.event) {
      case 'run.started':
        return ['▸', cyan];
      case 'run.output':
        return event.stream === 'stdout' ? ['│', dim] : ['┃', yellow];
      case 'run.finished':
        if (event.outcome.status === 'success') return ['✓', green];
        return event.outcome.status === 'canceled' ? ['■', yellow] : ['✗', red];
      case 'attempt.failed':
        return ['↻', yellow];
      case 'firing.skipped':
      case 'firing.missed':
        return ['○', yellow];
      case 'breaker.opened':
      case 'config.rejected':
      case 'internal.error':
      case 'state.unavailable':
      case 'state.unrecorded':
        return ['!', red];
      case 'breaker.half_open':
      case 'timer.paused':
      case 'hook.failed':
      case 'ping.failed':
      case 'notification.failed':
      case 'heartbeat.failed':
      case 'orphan.found':
      case 'state.invalid':
      case 'state.set_aside':
      case 'clock.jumped':
      case 'clock.drift':
      case 'clock.unmeasured':
      case 'log.dropped':
        return ['!', yellow];
      default:
        return ['·', dim];
    }
  }
}
