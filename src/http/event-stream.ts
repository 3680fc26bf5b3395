import type { ServerResponse } from 'node:http';
import { MINUTE, type Duration } from '../domain/time.js';

/** A client that reads nothing for so long is disconnected. */
const PATIENCE: Duration = MINUTE;

/** Server-sent events to one client. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    // A run that prints nothing has nothing to tell; the server destroys a response that times out.
    response.setTimeout(0);
    // Behind a proxy: pass every event on as it comes.
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    response.on('drain', () => response.setTimeout(0));
  }

  /** Whether something that was sent is still on its way, so that more would have to be kept. */
  get isClogged(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** `json` is one line. */
  send(event: string, json: string): void {
    this.write(writeEvent(event, json));
  }

  /** Events as {@link writeEvent} makes them. */
  write(events: string): void {
    if (!this.#response.write(events)) this.#response.setTimeout(PATIENCE);
  }

  /** Says nothing, so that both sides learn whether the other is there. */
  beat(): void {
    this.write(': still here\n\n');
  }

  end(): void {
    this.#response.end();
  }

  /** Lets go of a client at once. */
  drop(): void {
    this.#response.destroy();
  }

  /** Calls `listener` whenever the client has read what it was sent. */
  onDrain(listener: () => void): void {
    this.#response.on('drain', listener);
  }

  /** Calls `listener` once, however it ends. */
  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }
}

/** An event as text. `json` is one line. */
export const writeEvent = (event: string, json: string): string => `event: ${event}\ndata: ${json}\n\n`;
