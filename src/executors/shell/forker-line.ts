import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Clock } from '../../domain/clock.js';
import { decodeReply, REPLY_LENGTH, type ForkerReply } from './forker-protocol.js';

/** The maximum number of requests that wait for the end of a turn. */
const BATCH = 16;
/** How many replies are handled in one turn of the event loop. */
const REPLIES_A_TURN = 8;

export interface ForkerListener {
  reply(reply: ForkerReply): void;
  /**
   * Called once, when the process or its socket is gone; either one ends the other. With `error` if no process was
   * started.
   */
  gone(error?: NodeJS.ErrnoException): void;
}

/** A forker process and its socket. Keeps this process alive while it is {@link busy}. */
export class ForkerLine {
  /** `undefined` if the process could not be started. */
  readonly pid: number | undefined;
  readonly #child: ChildProcess;
  readonly #socket: Socket | null;
  readonly #clock: Clock;
  readonly #listener: ForkerListener;
  #unsent: Buffer[] = [];
  /** Whether unsent requests are sent at the end of this turn. */
  #isPlanned = false;
  #received: Buffer = Buffer.alloc(0);
  #isTaking = false;
  #isGone = false;

  constructor(
    program: string,
    args: readonly string[],
    { clock, listener }: { clock: Clock; listener: ForkerListener },
  ) {
    this.#clock = clock;
    this.#listener = listener;
    // In its own session, because Ctrl-C at a terminal is for the scheduler. Without our environment, which may contain
    // the `TIMERS_RUN_ID` of an outer run.
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true, env: {} });
    const lose = () => this.#lose();
    child.on('exit', lose).on('error', (error) => this.#lose(error));
    child.unref();
    this.#child = child;
    this.pid = child.pid;
    // If no descriptor is left for its socket, Node creates no streams at all.
    this.#socket = ((child as Partial<ChildProcess>).stdio?.[3] ?? null) as Socket | null;
    this.#socket?.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket?.on('close', lose).on('error', lose);
    this.busy(false);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  busy(isBusy: boolean): void {
    if (isBusy) this.#socket?.ref();
    else this.#socket?.unref();
  }

  /**
   * Sends the first request of a turn immediately. The others are sent together, because each write wakes the forker,
   * which takes the core from this process.
   */
  send(request: Buffer): void {
    const isFirst = !this.#isPlanned;
    this.sendLater(request);
    if (isFirst) queueMicrotask(() => this.#flush());
  }

  /** Sends a request that nothing waits for, together with others of the same turn. */
  sendLater(request: Buffer): void {
    if (this.#isGone) return;
    if (this.#unsent.push(request) >= BATCH) this.#flush();
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.soon(() => {
      this.#isPlanned = false;
      this.#flush();
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  /** Kills the process, whatever it is doing. Does not wait for its end. */
  kill(): void {
    this.#child.kill('SIGKILL');
    this.#lose();
  }

  #flush(): void {
    const requests = this.#unsent;
    this.#unsent = [];
    if (requests.length > 0) this.#socket?.write(Buffer.concat(requests));
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (!this.#isTaking) this.#take();
  }

  #take(): void {
    let at = 0;
    try {
      for (let rest = REPLIES_A_TURN; rest > 0 && this.#received.length - at >= REPLY_LENGTH; rest--) {
        const reply = decodeReply(this.#received.subarray(at, (at += REPLY_LENGTH)));
        this.#listener.reply(reply);
      }
    } finally {
      // A bug in handling one reply must not lose the others, nor the news that the process is gone.
      this.#received = this.#received.subarray(at);
      this.#isTaking = this.#received.length >= REPLY_LENGTH;
      if (this.#isTaking) this.#clock.soon(() => this.#take());
    }
  }

  /**
   * Reports that the process is gone. Received replies are still handled before that, so that known ends are not lost.
   */
  #lose(error?: NodeJS.ErrnoException): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.close();
    const report = () => {
      if (this.#isTaking) this.#clock.soon(report);
      else this.#listener.gone(error);
    };
    report();
  }
}
