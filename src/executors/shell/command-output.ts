import type { Clock } from '../../domain/clock.js';
import type { Account, OutputTarget } from '../../domain/command.js';
import type { AttemptIo } from '../../domain/executor.js';
import type { Cancel, Duration } from '../../domain/time.js';
import type { OutputSource } from './launcher.js';
import type { FileInUse, OutputFiles } from './output-file.js';
import { PipeReader } from './pipe-reader.js';
import { systemReason } from '../../system/system-reason.js';

/**
 * How long output may stay unread in its pipes. A command that ends within this time needs no streams, which are a
 * sixth of the cost of a run.
 */
const UNREAD: Duration = 20;
/** After the process has ended, this much silence closes its pipes. */
const SILENCE: Duration = 200;
/** The time limit if a background process keeps writing. */
const READING: Duration = 1_000;
/** The time limit if the log is slow to accept what is read. */
const PATIENCE: Duration = 10_000;
const TICK: Duration = 50;
/** In bytes: more than a command can leave in its pipes. Anything beyond that comes from another process. */
const LEFT_BEHIND = 1024 * 1024;

interface Surroundings {
  readonly io: AttemptIo;
  readonly clock: Clock;
  readonly files: OutputFiles;
  /** The user whose permissions apply to an output file, if not our own. */
  readonly user: Account | undefined;
}

/** The output of one attempt, from its pipes to its target. */
export class CommandOutput {
  readonly #reader: PipeReader;
  readonly #clock: Clock;
  readonly #target: OutputTarget;
  readonly #file: FileInUse | undefined;
  readonly #trouble: (sentence: string) => void;
  #keepUnread: Cancel = () => undefined;
  #hasFailed = false;

  constructor(sources: readonly OutputSource[], target: OutputTarget, { io, clock, files, user }: Surroundings) {
    this.#clock = clock;
    this.#target = target;
    this.#trouble = (sentence) => io.trouble(sentence);
    this.#file = target.to === 'file' ? files.acquire(target, user) : undefined;
    const file = this.#file?.file;
    const chunk = file && ((bytes: Buffer) => file.write(bytes, (reason) => this.#fail(reason)));
    const drained = target.to === 'log' ? () => io.drained() : () => file?.drained();
    this.#reader = new PipeReader(sources, clock, { output: (...block) => io.output(...block), chunk, drained });
    if (sources.every(({ finish }) => finish)) this.#keepUnread = clock.after(UNREAD, () => this.#reader.open());
    else this.#reader.open();
  }

  /**
   * Call this when the process has ended. Resolves when all its output is delivered and its pipes are closed. That is
   * immediately if no other process holds them, otherwise after {@link SILENCE}, or after {@link READING} at the
   * latest.
   *
   * Both limits count only time in which output could be read. They pause while output is being delivered or the event
   * loop is blocked, for {@link PATIENCE} at most. Output that is then dropped is reported. Output that a background
   * process keeps writing is dropped without a report.
   */
  async drain(): Promise<void> {
    this.#keepUnread();
    this.#reader.finish();
    const stop = this.#reader.isFinished ? undefined : this.#closeSoon();
    await this.#reader.finished;
    stop?.();
    await this.#file?.release().catch((error: unknown) => this.#fail(systemReason(error)));
    // Later errors do not concern a run that has ended.
    this.#hasFailed = true;
  }

  /** Reports the first reason why output does not reach its file. */
  #fail(reason: string): void {
    if (this.#hasFailed || this.#target.to !== 'file') return;
    this.#hasFailed = true;
    this.#trouble(`the output cannot be written to ${this.#target.file}: ${reason}`);
  }

  #closeSoon(): () => void {
    let [silence, reading, patience] = [SILENCE, READING, PATIENCE];
    const reader = this.#reader;
    let [chunks, last] = [reader.chunks, this.#clock.monotonic()];
    const most = reader.bytes + LEFT_BEHIND;
    const tick = () => {
      const elapsed = this.#clock.monotonic() - last;
      patience -= elapsed;
      const isBehind = reader.isBlocked || (reader.isTelling && reader.bytes < most);
      if (!isBehind) {
        const spent = Math.min(elapsed, TICK);
        reading -= spent;
        silence = chunks === reader.chunks ? silence - spent : SILENCE;
      }
      [chunks, last] = [reader.chunks, last + elapsed];
      if (Math.min(silence, reading, patience) > 0) disarm = this.#clock.after(TICK, tick);
      else this.#stop(patience <= 0);
    };
    let disarm = this.#clock.after(TICK, tick);
    return () => disarm();
  }

  #stop(isCut: boolean): void {
    this.#reader.stop();
    if (isCut)
      this.#trouble(`the last lines of its output may be missing: they could not be read within ${PATIENCE} ms`);
  }
}
