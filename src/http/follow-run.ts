import type { ServerResponse } from 'node:http';
import type { TimerEvent } from '../domain/event.js';
import type { Cancel } from '../domain/time.js';
import { EventStream } from './event-stream.js';
import { toOutputRecord } from './run-details.js';

/** What may wait for one client, in bytes; lines beyond it are left out and counted. */
const HIGH_WATER = 1024 * 1024;

/** The run as far as it is remembered, and what follows. */
export interface RunFeed {
  readonly past: readonly TimerEvent[];
  readonly follow: (listener: (event: TimerEvent) => void) => Cancel;
}

/** Streams the output of a run: `output` a line, `dropped` where lines were left out, and `end` when it is over. */
export function followRun(response: ServerResponse, { past, follow }: RunFeed): void {
  const stream = new EventStream(response);
  let dropped = 0;
  const tell = (event: TimerEvent) => {
    if (event.event === 'run.output') {
      if (stream.waiting > HIGH_WATER) {
        dropped++;
        return;
      }
      if (dropped > 0) stream.send('dropped', String(dropped));
      dropped = 0;
      stream.send('output', JSON.stringify(toOutputRecord(event)));
    } else if (event.event === 'run.finished') {
      stream.send('end', '{}');
      stream.end();
    }
  };
  if (past.some(({ event }) => event === 'run.finished')) {
    past.forEach(tell);
    return;
  }
  stream.onClose(follow(tell));
  past.forEach(tell);
}
