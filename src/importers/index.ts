import { crontab } from './crontab/crontab.js';
import type { Importer } from './kind.js';
import { systemd } from './systemd/systemd.js';

/** Every format that `timers import` reads. */
export const importerKinds: readonly Importer[] = [crontab, systemd];
