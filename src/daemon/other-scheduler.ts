import type { TimerFile } from '../config/index.js';
import { connectToScheduler } from '../control/index.js';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import { socketPathsOf, userId } from './socket-places.js';
import { statePathOf } from './state.js';
import type { Surroundings } from './surroundings.js';

/** One that does not answer meanwhile is stuck, or stopped; its lock still tells of it. */
const PATIENCE: Duration = SECOND;

/**
 * The pid of a scheduler that answers for the state of a timer file; `undefined` when none does. A lock tells of most; not of one whose lock file
 * somebody has removed, and not where there is no state to lock, because it cannot be written.
 */
export async function otherSchedulerOf(
  timerFile: TimerFile,
  { surroundings, clock, named }: { surroundings: Surroundings; clock: Clock; named: string | undefined },
): Promise<number | undefined> {
  if (statePathOf(timerFile, surroundings, named) === undefined) return undefined;
  const connecting = await connectToScheduler(socketPathsOf(timerFile, surroundings, named), userId(), clock);
  if (connecting.kind !== 'connected') return undefined;
  const { client } = connecting;
  const disarm = clock.after(PATIENCE, () => client.close());
  try {
    // Answered also when all places are taken.
    const { pid } = (await client.request('health')) as { readonly pid: number };
    return pid;
  } catch {
    return undefined;
  } finally {
    disarm();
    client.close();
  }
}
