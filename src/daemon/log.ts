import { hostname } from 'node:os';
import type { Clock } from '../domain/clock.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { LogFileSettings } from '../domain/log-file.js';
import type { Sink } from '../domain/sink.js';
import type { Scheduler } from '../engine/scheduler.js';
import { formatLocal } from '../schedules/index.js';
import type { Level } from '../sinks/level.js';
import { sinkKinds, type LogFormat } from '../sinks/index.js';
import { BatchingDestination, type Destination } from '../sinks/destination.js';
import { LogFile } from '../sinks/log-file.js';
import { counted } from '../text/counted.js';
import { openDestination } from '../sinks/open-destination.js';
import type { Surroundings } from './surroundings.js';

/** How the log is written. */
export interface LogForm {
  readonly format: LogFormat;
  readonly fileFormat: LogFormat;
  /** Events below this level are omitted. */
  readonly level: Level;
  readonly color: boolean;
  /** IANA name of the zone for displayed times. */
  readonly timezone: string;
  /** Whether standard output is a terminal, which shows the log even if there is a file. */
  readonly isWatched: boolean;
  /** The log file. Absent for standard output only. */
  readonly file?: LogFileSettings | undefined;
}

interface LogContext {
  readonly clock: Clock;
  readonly surroundings: Surroundings;
}

/** Opens the log. */
export async function openLog(form: LogForm, context: LogContext): Promise<SchedulerLog> {
  const log = new SchedulerLog(form, context);
  await log.open(form.file);
  return log;
}

type LogTrouble =
  | Omit<Extract<TimerEvent, { event: 'log.unavailable' | 'log.unrotated' }>, 'at'>
  | Omit<Extract<TimerEvent, { event: 'log.recovered' }>, 'at'>;

interface OpenLogFile {
  readonly sink: Sink;
  readonly log: LogFile;
  readonly destination: BatchingDestination;
  settings: LogFileSettings;
}

/** The log of a scheduler: on standard output, in a file, or both on a terminal. The file may change at any time. */
export class SchedulerLog implements Sink {
  readonly name = 'log';
  readonly #form: LogForm;
  readonly #context: LogContext;
  #terminal: Sink | undefined;
  #file: OpenLogFile | undefined;
  #isFileUsed = false;
  #isTroubled = false;
  #running: (() => Scheduler) | undefined;
  /** Events from before the scheduler existed. */
  #unsaid: LogTrouble[] = [];

  constructor(form: LogForm, context: LogContext) {
    this.#form = form;
    this.#context = context;
  }

  /** Opens what the settings need, and uses it from then on. Never rejects. */
  async open(settings: LogFileSettings | undefined): Promise<void> {
    if (settings !== undefined) await this.#openFile(settings);
    if (settings === undefined || this.#form.isWatched) this.#terminal ??= await this.#openTerminal();
    this.#isFileUsed = settings !== undefined;
    if (!this.#isFileUsed && this.#isTroubled && this.#file)
      this.#tell({ event: 'log.recovered', file: this.#file.settings.path });
  }

  /** Applies the settings of a changed timer file. */
  use(settings: LogFileSettings | undefined): void {
    void this.open(settings);
  }

  /** From now on, reports trouble with the file as events. */
  emitTo(running: () => Scheduler): void {
    this.#running = running;
    for (const trouble of this.#unsaid) this.#emit(trouble);
    this.#unsaid = [];
  }

  accept(event: TimerEvent): void {
    for (const sink of this.#used()) sink.accept(event);
  }

  drained(): Promise<void> | undefined {
    for (const sink of this.#used()) {
      const waiting = sink.drained?.();
      if (waiting !== undefined) return waiting;
    }
    return undefined;
  }

  async flush(): Promise<void> {
    await Promise.all([this.#terminal?.flush?.(), this.#file?.sink.flush?.()]);
    this.#tellLost();
  }

  /** Reports at the end how many records were lost. It uses standard error, because the file cannot be written. */
  #tellLost(): void {
    const lost = this.#isTroubled ? (this.#file?.destination.unwritten ?? 0) : 0;
    if (lost === 0) return;
    const records = counted(lost, 'record of the log was', 'records of the log were');
    this.#context.surroundings.err(
      `timers: ${records} lost, because ${this.#file?.settings.path ?? ''} cannot be written`,
    );
  }

  #used(): readonly Sink[] {
    const all = [
      !this.#isFileUsed || this.#form.isWatched ? this.#terminal : undefined,
      this.#isFileUsed ? this.#file?.sink : undefined,
    ];
    return all.filter((sink) => sink !== undefined);
  }

  #openTerminal(): Promise<Sink> {
    const { clock, surroundings } = this.#context;
    const report = (reason: string) => surroundings.err(`timers: ${reason}`);
    const destination = openDestination({
      fd: 1,
      stream: () => process.stdout,
      clock,
      onEnded: report,
      onTrouble: report,
    });
    return this.#createSink(this.#form.format, destination, this.#form.color);
  }

  /** Opens the file, or applies new settings to it. Pending records go to the file of the latest settings. */
  async #openFile(settings: LogFileSettings): Promise<void> {
    if (this.#file !== undefined) {
      this.#file.settings = settings;
      this.#file.log.use(settings);
      return;
    }
    const { clock } = this.#context;
    const path = () => this.#file?.settings.path ?? settings.path;
    const log = new LogFile(settings, {
      clock,
      uid: process.getuid?.(),
      onUnrotated: (reason) => this.#tell({ event: 'log.unrotated', file: path(), reason }),
    });
    const destination = new BatchingDestination({
      writer: log.write,
      clock,
      isEndless: true,
      onEnded: () => undefined,
      onTrouble: (_sentence, reason) => this.#tell({ event: 'log.unavailable', file: path(), reason }),
      onRecovered: () => this.#tell({ event: 'log.recovered', file: path() }),
    });
    const sink = await this.#createSink(this.#form.fileFormat, destination, false);
    this.#file = { sink, log, destination, settings };
  }

  #createSink(format: LogFormat, destination: Destination, color: boolean): Promise<Sink> {
    const { level, timezone } = this.#form;
    const local = { zone: timezone, format: (instant: number) => formatLocal(instant, timezone) };
    return sinkKinds[format]({ destination, clock: this.#context.clock, level, host: hostname(), color, local });
  }

  /** Emits the event, and reports trouble on standard error too, because the file may not receive it. */
  #tell(trouble: LogTrouble): void {
    if (trouble.event !== 'log.unrotated') this.#isTroubled = trouble.event === 'log.unavailable';
    if (trouble.event !== 'log.recovered' && !this.#form.isWatched) {
      const what = trouble.event === 'log.unrotated' ? 'rotated, and grows' : 'written; timers keep running';
      this.#context.surroundings.err(`timers: the log file ${trouble.file} cannot be ${what}: ${trouble.reason}`);
    }
    if (this.#running === undefined) this.#unsaid.push(trouble);
    else this.#emit(trouble);
  }

  #emit(trouble: LogTrouble): void {
    const scheduler = this.#running?.();
    scheduler?.emit({ ...trouble, at: scheduler.now() });
  }
}
