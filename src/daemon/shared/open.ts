import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../../domain/clock.js';
import type { SharedPlace } from '../../domain/state-place.js';
import type { QueuePlace } from '../../executors/queue/index.js';
import { chance } from '../../this-machine.js';
import { BoardTrouble, HistoryMirror, openBoard, type Board, type Retention } from '../../stores/shared/index.js';
import { systemReason } from '../../system/system-reason.js';

/** A connection to a state that several machines share. */
export interface SharedState {
  readonly board: Board;
  /** The name of this machine in the state. */
  readonly node: string;
  readonly place: SharedPlace;
  /** Returns a new id that is unique across machines. Its characters are `[a-z0-9-]`. */
  readonly newId: () => string;
}

/** Opens a shared state. Connects in the background. @throws BoardTrouble if its password cannot be read. */
export async function openShared(place: SharedPlace, clock: Clock): Promise<SharedState> {
  const board = await openBoard({ url: place.url, password: passwordOf(place), clock });
  return { board, node: place.name ?? hostname(), place, newId: () => newId(clock) };
}

/**
 * Writes to the store once, to detect a read-only replica. Ignores an unreachable store, which may be reachable later.
 * @throws BoardTrouble if the store refuses the write; the state is then closed.
 */
export async function probe({ board }: SharedState): Promise<void> {
  try {
    await board.remove('probe');
  } catch (error) {
    if (!(error instanceof BoardTrouble) || error.kind === 'unreachable') return;
    await board.close();
    throw error;
  }
}

/**
 * Returns where the queues of workers are, for a state in Redis. @throws BoardTrouble if its password cannot be read.
 */
export async function queuePlaceOf(place: SharedPlace): Promise<QueuePlace> {
  const { besideBoard } = await import('../../stores/shared/redis/client.js');
  return besideBoard({ url: place.url, password: passwordOf(place) });
}

/** Copies a shared state: its history, memories and open runs. @throws BoardTrouble */
export async function mirrorOf({ board }: SharedState, clock: Clock, retention: Retention): Promise<HistoryMirror> {
  const mirror = new HistoryMirror(board, clock, retention);
  await mirror.copyPresent();
  await mirror.refresh();
  return mirror;
}

function passwordOf({ passwordFile: file }: SharedPlace): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new BoardTrouble('refused', `the password of the state cannot be read: ${file}: ${systemReason(error)}`);
  }
}

function newId(clock: Clock): string {
  const random = Array.from({ length: 2 }, () => Math.floor(chance() * 36 ** 8).toString(36));
  return [clock.now().toString(36), ...random].join('-');
}
