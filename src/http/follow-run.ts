import type { ServerResponse } from 'node:http';
import type { TimerEvent } from '../domain/events/index.js';
import { EventStream, writeEvent, type StreamClock } from './event-stream.js';
import type { EventFollower, PastSources, ToldEvent } from './history-sources.js';
import { toOutputRecord } from './run-details.js';

/** How many characters are written at once: at most this much waits for a client that does not read. */
const PORTION = 64 * 1024;

type RunOutput = Extract<TimerEvent, { event: 'run.output' }>;

/** The records of lines, for as long as the lines are remembered. Streams of the same run share them. */
const written = new WeakMap<RunOutput, string>();

export interface RunFeed extends Pick<PastSources, 'follow'> {
  readonly runId: string;
  readonly clock: StreamClock;
  /** Resolves in a later turn of the event loop. */
  readonly turn: () => Promise<void>;
}

/**
 * Streams the output of a run: `output` for each line, `dropped` if the client read too slowly, and `end` when it
 * has ended.
 */
export function followRun(response: ServerResponse, { runId, clock, follow, turn }: RunFeed): void {
  const stream = new EventStream(response, clock);
  let isWoken = false;
  const wake = () => {
    if (isWoken) return;
    isWoken = true;
    void turn().then(() => {
      isWoken = false;
      if (!stream.isClogged && tellPortion(stream, follower)) wake();
    });
  };
  const follower = follow({ runId, onNews: wake });
  stream.onDrain(wake);
  stream.onClose(() => follower.close());
  wake();
}

/** Sends at most one portion. Returns whether there may be more. */
function tellPortion(stream: EventStream, follower: EventFollower): boolean {
  let portion = '';
  while (portion.length < PORTION) {
    const told = follower.next();
    const isOver = told?.kind === 'event' && told.event.event === 'run.finished';
    if (told !== undefined) portion += writeTold(told);
    if (told !== undefined && !isOver) continue;
    if (portion !== '') stream.write(portion);
    if (isOver) stream.end();
    return false;
  }
  stream.write(portion);
  return true;
}

function writeTold(told: ToldEvent): string {
  if (told.kind === 'lost') return writeEvent('dropped', String(told.count));
  if (told.event.event === 'run.finished') return writeEvent('end', '{}');
  return told.event.event === 'run.output' ? writeEvent('output', jsonOf(told.event)) : '';
}

function jsonOf(output: RunOutput): string {
  const json = written.get(output) ?? JSON.stringify(toOutputRecord(output));
  written.set(output, json);
  return json;
}
