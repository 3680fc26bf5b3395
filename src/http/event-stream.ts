import type { ServerResponse } from 'node:http';

/** Server-sent events to one client. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    // Of a run that prints nothing there is nothing to tell.
    response.setTimeout(0);
    // Behind a proxy: pass every event on as it comes.
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
  }

  /** Whether something that was sent is still on its way, so that more would have to be kept. */
  get isClogged(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** What waits to leave, in bytes. */
  get waiting(): number {
    return this.#response.writableLength;
  }

  /** `json` is one line. */
  send(event: string, json: string): void {
    this.#response.write(`event: ${event}\ndata: ${json}\n\n`);
  }

  /** Says nothing, so that both sides learn whether the other is there. */
  beat(): void {
    this.#response.write(': still here\n\n');
  }

  end(): void {
    this.#response.end();
  }

  /** Lets go of a client at once. */
  drop(): void {
    this.#response.destroy();
  }

  /** Calls `listener` once, however it ends. */
  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }
}
