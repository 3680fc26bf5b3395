import { anacron } from './anacron/anacron.js';
import { crontab } from './crontab/crontab.js';
import type { Importer } from './kind.js';
import { kubernetes } from './kubernetes/kubernetes.js';
import { nodeCron } from './node-cron/node-cron.js';
import { ofelia } from './ofelia/ofelia.js';
import { pm2 } from './pm2/pm2.js';
import { supercronic } from './supercronic/supercronic.js';
import { systemd } from './systemd/systemd.js';
import { cronstable, yacron } from './yacron/yacron.js';

/** Every format that `timers import` reads. */
export const importerKinds: readonly Importer[] = [
  crontab,
  supercronic,
  systemd,
  kubernetes,
  yacron,
  cronstable,
  ofelia,
  anacron,
  pm2,
  nodeCron,
];
