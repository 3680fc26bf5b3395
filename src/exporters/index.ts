import { crontabExporter } from './crontab/crontab.js';
import type { Exporter } from './kind.js';
import { ical } from './ical/ical.js';
import { kubernetesExporter } from './kubernetes/kubernetes.js';
import { systemdUnits } from './systemd/units.js';

/** Every format that `timers export` writes. */
export const exporterKinds: readonly Exporter[] = [crontabExporter, systemdUnits, kubernetesExporter, ical];
