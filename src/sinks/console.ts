import { Chalk, type ChalkInstance } from 'chalk';
import { jobNameOf, type RunOutput, type TimerEvent } from '../domain/event.js';
import type { Sink } from '../domain/sink.js';
import type { Instant } from '../domain/time.js';
import { visible } from '../domain/visible.js';
import type { SinkKind, SinkOptions } from './kind.js';
import { isTold, levelOf } from './level.js';
import { messageOf } from './message.js';
import { plainText } from './plain-text.js';

/** Columns for people. */
export const pretty: SinkKind = {
  key: 'pretty',
  summary: 'columns for people, in local time',
  create: createConsole,
};

/** Longer names push their own message to the right and nobody else's. */
const WIDEST_NAME = 20;

/**
 * Creates the log for a terminal: local time, a mark, the timer's name, what happened; output lines below, under their timer's name.
 * The date stands on a line of its own whenever it changes.
 *
 *     ── Mon 2026-11-23 ──────────────────────
 *     09:00:00 ▸ backup    started
 *     09:00:01 │ backup    dumping app
 *     09:00:09 ✗ backup    failed: exit code 3 after 9.1 s
 */
export function createConsole({ destination, clock, level, color }: SinkOptions): Sink {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const rows = new Rows(chalk);
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

/** Puts events into rows. Remembers the date it told last, and how wide names are. */
class Rows {
  readonly #chalk: ChalkInstance;
  readonly #localTime = new LocalTime();
  #date = '';
  #nameWidth = 0;

  constructor(chalk: ChalkInstance) {
    this.#chalk = chalk;
  }

  /** The event's row, its newline included; before it a row for the date, if that is another. */
  of(event: TimerEvent): string {
    const { date, time } = this.#localTime.of(event.at);
    const rule = date === this.#date ? '' : `${this.#chalk.dim(`── ${date} ${'─'.repeat(40)}`)}\n`;
    this.#date = date;
    const [mark, paint] = this.#markOf(event);
    return `${rule}${this.#chalk.dim(time)} ${paint(mark)} ${this.#textOf(event, paint)}\n`;
  }

  #textOf(event: TimerEvent, paint: Paint): string {
    if (event.event === 'run.output') return this.#outputOf(event);
    const message = messageOf(event, (instant) => this.#localTime.text(instant, this.#date));
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

/** How a date begins. */
const WEEKDAY = 'Mon ';

interface LocalParts {
  readonly date: string;
  readonly time: string;
}

/** Local date and time of instants. Asks the system once a second, for it is slow to answer. */
class LocalTime {
  #second = Number.NaN;
  #parts: LocalParts = { date: '', time: '' };

  of(instant: Instant): LocalParts {
    const second = Math.floor(instant / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#parts = partsOf(instant);
    }
    return this.#parts;
  }

  /** Date and time in one text, the date left out when it is `today`. */
  text(instant: Instant, today: string): string {
    const { date, time } = partsOf(instant);
    return date === today ? time : `${date.slice(WEEKDAY.length)} ${time}`;
  }
}

function partsOf(instant: Instant): LocalParts {
  const local = new Date(instant);
  const two = (part: number) => String(part).padStart(2, '0');
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][local.getDay()] ?? '';
  return {
    date: `${weekday} ${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`,
    time: `${two(local.getHours())}:${two(local.getMinutes())}:${two(local.getSeconds())}`,
  };
}
