import type { TimerFile } from '../config/index.js';
import { connectToScheduler } from '../control/index.js';
import type { Clock } from '../domain/clock.js';
import { SECOND, type Duration } from '../domain/time.js';
import { socketPathsOf, userId } from './socket-places.js';
import { statePathOf } from './state.js';
import type { Surroundings } from './surroundings.js';

/**
 * How long a scheduler may take to respond. A slower one is stuck or stopped, but its lock still shows that it exists.
 */
const PATIENCE: Duration = SECOND;

/**
 * Returns the pid of a scheduler that uses the state of a timer file; `undefined` if none responds. A lock reveals most
 * schedulers, but not one whose lock file was deleted, or one that cannot write its state.
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
    // The scheduler responds to this verb even if all connections are in use.
    const { pid } = (await client.request('health')) as { readonly pid: number };
    return pid;
  } catch {
    return undefined;
  } finally {
    disarm();
    client.close();
  }
}
