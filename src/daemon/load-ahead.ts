import { loadYaml } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Scheduler } from '../engine/scheduler.js';
import { loadExeca } from '../executors/index.js';
import { loadProxies } from '../proxies/index.js';
import type { Surroundings } from './surroundings.js';

/**
 * Loads code that a start does not need but a run, a reload or a message may, as soon as the scheduler has started.
 * Later, an update of the package may have replaced its files.
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
