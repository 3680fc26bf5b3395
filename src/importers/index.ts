import { crontab } from './crontab/crontab.js';
import type { Importer } from './kind.js';

/** Every format that `timers import` reads. */
export const importerKinds: readonly Importer[] = [crontab];
