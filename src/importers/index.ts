import { crontab } from './crontab/crontab.js';
import type { Importer } from './kind.js';
import { supercronic } from './supercronic/supercronic.js';
import { systemd } from './systemd/systemd.js';

/** Every format that `timers import` reads. */
export const importerKinds: readonly Importer[] = [crontab, supercronic, systemd];
