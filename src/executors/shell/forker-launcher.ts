import { existsSync } from 'node:fs';
import { Canceler } from '../../domain/cancellation.js';
import type { AttemptIo } from '../../domain/executor.js';
import { MINUTE, SECOND, type Cancel, type Duration } from '../../domain/time.js';
import { Forker, type ForkerOptions } from './forker.js';
import { hasNul } from './forker-protocol.js';
import type { Launched, Launcher, Start } from './launcher.js';
import { TookTooLong, withTimeLimit } from './time-limit.js';

/** How long a forker may take for its first command. */
const PATIENCE: Duration = 5 * SECOND;
const FIRST_PAUSE: Duration = SECOND;
const LONGEST_PAUSE: Duration = MINUTE;

export interface ForkerLauncherOptions extends Pick<ForkerOptions, 'program' | 'endsFile' | 'keep' | 'clock'> {
  /** Starts commands with inherited output and, while there is no forker, all commands. */
  readonly fallback: Launcher;
  /** Called when a forker that was in use has died. `active` and `isHung` are described in {@link ForkerOptions}. */
  readonly onLost: (pid: number, active: number, isHung: boolean) => void;
  /** Called when another forker is in use. */
  readonly onRestored: (pid: number) => void;
  /** Called once for each lost forker, if no other forker can be used. */
  readonly onFallback: (reason: string) => void;
}

/** Starts processes with a forker, and replaces it some time after it dies. */
export class ForkerLauncher implements Launcher {
  readonly #options: ForkerLauncherOptions;
  #forker: Forker | undefined;
  #pause = FIRST_PAUSE;
  #openedAt: Duration = 0;
  #disarm: Cancel = () => undefined;
  #isClosed = false;
  #isFallback = false;

  constructor(options: ForkerLauncherOptions) {
    this.#options = options;
  }

  /** The pid of the forker in use. */
  get pid(): number | undefined {
    return this.#forker?.pid;
  }

  /** How many processes the commands of the forker in use left running; `undefined` if that is unknown. */
  leftRunning(): number | undefined {
    return this.#forker?.leftRunning();
  }

  /**
   * Opens the first forker. If that takes too long, tries again later.
   * @throws Error with the reason why no forker can be used.
   */
  async open(): Promise<void> {
    try {
      await this.#openOne();
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      this.#failed(error);
    }
  }

  /**
   * Starts a forker and uses it after a test command has succeeded.
   * @throws Error with the reason why it cannot be used.
   */
  async #openOne(): Promise<void> {
    const { clock } = this.#options;
    const forker: Forker = new Forker({ ...this.#options, onGone: (...facts) => this.#lost(forker, ...facts) });
    try {
      await withTimeLimit(tryOut(forker), PATIENCE, { clock, what: 'its first command' });
    } catch (error) {
      forker.close();
      throw error;
    }
    if (this.#isClosed) forker.close();
    else [this.#forker, this.#openedAt] = [forker, clock.monotonic()];
  }

  turn(): Promise<void> | undefined {
    return this.#forker?.turn();
  }

  async launch(start: Start, io: AttemptIo): Promise<Launched | undefined> {
    const { fallback } = this.#options;
    const isForNode = start.output === 'inherit' || hasNul(start);
    const launcher = !isForNode && this.#forker?.isUp ? this.#forker : fallback;
    return launcher.launch(start, io);
  }

  /** Ends the forker, and its commands if there are any. */
  close(): void {
    this.#isClosed = true;
    this.#disarm();
    this.#forker?.close();
  }

  #lost(forker: Forker, active: number, isHung: boolean): void {
    if (this.#forker !== forker) return;
    this.#forker = undefined;
    if (this.#isClosed) return;
    this.#isFallback = false;
    this.#options.onLost(forker.pid ?? 0, active, isHung);
    if (this.#options.clock.monotonic() - this.#openedAt > LONGEST_PAUSE) this.#pause = FIRST_PAUSE;
    this.#reopenLater();
  }

  /** Retries later, because shortages are temporary. Gives up only if the program is missing. */
  #failed(error: unknown): void {
    if (this.#isClosed) return;
    if (!this.#isFallback) this.#options.onFallback((error as Error).message);
    this.#isFallback = true;
    if (existsSync(this.#options.program)) this.#reopenLater();
  }

  #reopenLater(): void {
    this.#disarm = this.#options.clock.after(this.#pause, () => {
      void this.#openOne().then(
        () => {
          if (this.#forker) this.#options.onRestored(this.#forker.pid ?? 0);
        },
        (error: unknown) => this.#failed(error),
      );
    });
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }
}

const WORD = 'timers';
const NO_VARIABLES: Start['env'] = { shared: {}, own: {} };

/** Runs a test command. This checks that a process can start, its output can be read, and its end is reported. */
async function tryOut(forker: Forker): Promise<void> {
  await forker.ready;
  const args = ['-c', `echo ${WORD}`];
  const start: Start = { program: '/bin/sh', args, cwd: '/', env: NO_VARIABLES, output: 'together', grace: 0 };
  const launched = await forker.launch(start, { ...SILENT, cancellation: new Canceler() });
  if (launched === undefined || !(await isPrinted(launched))) throw new Error('its first command failed');
}

/**
 * Returns whether the command printed {@link WORD} and exited.
 * @throws Error if its output cannot be read.
 */
async function isPrinted({ sources: [source], ended, release }: Launched): Promise<boolean> {
  if (source === undefined) throw new Error('its pipes cannot be opened through /proc');
  let output = '';
  for await (const chunk of source.open()) output += String(chunk);
  const { exit } = await ended;
  release();
  return output.trim() === WORD && exit.kind === 'exited';
}

const SILENT: Omit<AttemptIo, 'cancellation'> = {
  env: {},
  started: () => undefined,
  output: () => undefined,
  trouble: () => undefined,
  drained: () => undefined,
};
