import type { ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.js';
import { MINUTE, SECOND, type Cancel, type Duration } from '../domain/time.js';

/** A client that reads nothing for this long is disconnected. */
const PATIENCE: Duration = MINUTE;
/**
 * The longest silence. After that, a comment shows each side whether the other is still there. The page gives up after
 * 40 s.
 */
const BETWEEN_BEATS: Duration = 15 * SECOND;

export type StreamClock = Pick<Clock, 'after' | 'monotonic'>;

/** Server-sent events to one client. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #clock: StreamClock;
  #writtenAt: Duration;
  #disarm: Cancel = () => undefined;

  constructor(response: ServerResponse, clock: StreamClock) {
    this.#response = response;
    this.#clock = clock;
    this.#writtenAt = clock.monotonic();
    // Disables the timeout, because a run without output has nothing to send, and the server destroys a response that
    // times out.
    response.setTimeout(0);
    // Asks a proxy such as nginx to pass on every event as it arrives.
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    response.on('drain', () => response.setTimeout(0));
    this.onClose(() => this.#disarm());
    this.#armBeat(BETWEEN_BEATS);
  }

  /** Whether something that was sent is still unread, so that more would have to be buffered. */
  get isClogged(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** Sends an event. `json` is one line. */
  send(event: string, json: string): void {
    this.write(writeEvent(event, json));
  }

  /** Sends events that {@link writeEvent} has created. */
  write(events: string): void {
    this.#writtenAt = this.#clock.monotonic();
    if (!this.#response.write(events)) this.#response.setTimeout(PATIENCE);
  }

  end(): void {
    this.#disarm();
    this.#response.end();
  }

  /** Disconnects a client immediately. */
  drop(): void {
    this.#response.destroy();
  }

  /** Calls `listener` whenever the client has read what was sent. */
  onDrain(listener: () => void): void {
    this.#response.on('drain', listener);
  }

  /** Calls `listener` once when the stream ends, for whatever reason. */
  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }

  #armBeat(delay: Duration): void {
    this.#disarm = this.#clock.after(delay, () => {
      if (this.#response.destroyed) return;
      const silence = this.#clock.monotonic() - this.#writtenAt;
      if (silence >= BETWEEN_BEATS && !this.isClogged) this.write(': still here\n\n');
      this.#armBeat(silence < BETWEEN_BEATS ? BETWEEN_BEATS - silence : BETWEEN_BEATS);
    });
  }
}

/** Returns an event as text. `json` is one line. */
export const writeEvent = (event: string, json: string): string => `event: ${event}\ndata: ${json}\n\n`;
