import type { Difference, ImportContext, Imported, Importer, SourceFile } from '../kind.js';
import { readCronJob, type ReadCronJob } from './cron-job.js';
import { withoutShared } from '../shared-differences.js';
import { findManifests } from './manifests.js';
import { CONTROLLER_ZONE } from './schedule.js';

/** Reads the CronJobs of manifests, in YAML or JSON, alone or in a list. */
export const kubernetes: Importer = {
  name: 'kubernetes',
  summary: 'Kubernetes CronJob manifests',

  recognize: ({ text }) => (/(?:^|[{,])\s*(?:- )?"?kind"?:\s*["']?CronJob(?:List)?\b/m.test(text) ? 1 : 0),

  read(files: readonly SourceFile[], { now }: ImportContext): Imported {
    const { cronJobs, configMaps, differences } = findManifests(files);
    const read = cronJobs.map((cronJob) => readCronJob(cronJob, configMaps, now));
    const { shared, timers } = withoutShared(read.flatMap((one) => one.timers));
    return {
      settings: timers.length === 0 ? {} : { timezone: CONTROLLER_ZONE },
      timers,
      differences: [...differences, ...aboutZones(read), ...shared, ...read.flatMap((one) => one.differences)],
    };
  },
};

function aboutZones(read: readonly ReadCronJob[]): readonly Difference[] {
  const places = read.flatMap(({ withoutZone }) => withoutZone ?? []);
  const [first] = places;
  if (first === undefined) return [];
  const counted = places.length === 1 ? 'A CronJob names' : `${places.length} CronJobs name`;
  const message = `${counted} no timeZone, so the zone of the controller manager applies. It is UTC in most clusters.`;
  return [
    { severity: 'warning', ...first, message, hint: 'If it is not UTC in yours, change timezone in the timer file.' },
  ];
}
