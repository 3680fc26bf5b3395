import { Chalk, type ChalkInstance } from 'chalk';
import { markOf, type InstantFormat, type Mark, type TimerEvent } from '../domain/events/index.js';
import type { Instant } from '../domain/time.js';
import { visible } from '../text/visible.js';
import { LocalTime, type LocalClock } from './local-clock.js';
import { plainText } from '../text/plain-text.js';

/** The contents of a row in the pretty log: an event, or a record of one. */
export interface Row {
  readonly at: Instant;
  readonly event: TimerEvent['event'];
  readonly level: string;
  /** Absent when the row is about the scheduler. */
  readonly jobName: string | undefined;
  /** The event's sentence, which begins with the timer's name. */
  readonly sentence: (format: InstantFormat) => string;
  /** A block of the command's output, its lines joined by newlines, in place of a sentence. */
  readonly output?: { readonly stream: string; readonly lines: string; readonly isCut: boolean };
  /** How a run ended. */
  readonly status?: string;
}

/** The maximum width of the column of names. Longer names shift only their own message. */
const WIDEST_NAME = 20;

type Paint = (text: string) => string;

const MARKS: Readonly<Record<Mark, readonly [string, 'green' | 'red' | 'yellow' | 'cyan' | 'dim']>> = {
  started: ['▸', 'cyan'],
  stdout: ['│', 'dim'],
  stderr: ['┃', 'yellow'],
  success: ['✓', 'green'],
  canceled: ['■', 'yellow'],
  failure: ['✗', 'red'],
  retry: ['↻', 'yellow'],
  not_run: ['○', 'yellow'],
  error: ['!', 'red'],
  warning: ['!', 'yellow'],
  note: ['·', 'dim'],
};

/** Formats events as rows for people. Remembers the last heading and the width of names. */
export class Rows {
  readonly #chalk: ChalkInstance;
  readonly #localTime: LocalTime;
  #heading = '';
  #nameWidth = 0;

  constructor(color: boolean, local: LocalClock) {
    this.#chalk = new Chalk({ level: color ? 1 : 0 });
    this.#localTime = new LocalTime(local);
  }

  /**
   * Returns the row, without a newline; for output, one row per line. If the date has changed, a row for the date comes
   * first.
   */
  of(row: Row): readonly string[] {
    const { time } = this.#localTime.of(row.at);
    const heading = this.#localTime.heading(row.at);
    const rule = heading === this.#heading ? [] : [this.#chalk.dim(heading)];
    this.#heading = heading;
    const [mark, color] = MARKS[markOf({ ...row, stream: row.output?.stream })];
    const paint = this.#chalk[color];
    const before = `${this.#chalk.dim(time)} ${paint(mark)} `;
    return [...rule, ...this.#textsOf(row, paint).map((text) => before + text)];
  }

  #textsOf(row: Row, paint: Paint): readonly string[] {
    if (row.output === undefined) return [this.#sentenceOf(row, paint)];
    const { dim } = this.#chalk;
    const { lines, isCut } = row.output;
    const name = dim(this.#pad(row.jobName ?? ''));
    return lines.split('\n').map((line) => `${name} ${dim(plainText(line))}${isCut ? dim(' … (cut)') : ''}`);
  }

  #sentenceOf({ at, jobName, level, sentence }: Row, paint: Paint): string {
    const { bold } = this.#chalk;
    const today = this.#localTime.of(at);
    const message = sentence((instant) => this.#localTime.text(instant, today));
    if (jobName === undefined) return visible(message);
    const text = visible(message.slice(jobName.length + 1));
    return `${bold(this.#pad(jobName))} ${level === 'error' ? paint(text) : text}`;
  }

  #pad(jobName: string): string {
    const name = visible(jobName);
    this.#nameWidth = Math.max(this.#nameWidth, Math.min(name.length, WIDEST_NAME));
    return name.padEnd(this.#nameWidth);
  }
}
