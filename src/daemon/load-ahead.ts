import { loadYaml } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Scheduler } from '../engine/scheduler.js';
import { loadExeca } from '../executors/index.js';
import { loadProxies } from '../proxies/index.js';
import type { Surroundings } from './surroundings.js';

/**
 * Loads code that a run, a reload or a message may need, as soon as the scheduler has started. If it were loaded later,
 * an update of the package might have replaced its files.
 */
export async function loadAhead(
  scheduler: Scheduler,
  { surroundings, clock }: { readonly surroundings: Pick<Surroundings, 'env'>; readonly clock: Clock },
): Promise<void> {
  await scheduler.begun();
  clock.after(0, () => {
    loadExeca();
    loadYaml();
    void loadProxies(surroundings.env);
  });
}
