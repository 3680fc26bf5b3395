import { writeYaml } from '../../config/index.js';
import type { Job } from '../../domain/job.js';
import type { Exporter, ExportContext, ExportDifference } from '../kind.js';
import { keysOfJob } from '../values.js';
import { cronJobOf } from './cron-job.js';
import { differencesOf } from './differences.js';
import { cronJobTimes } from './when.js';

interface Written {
  readonly manifests: readonly unknown[];
  readonly differences: readonly ExportDifference[];
}

/** CronJobs of `batch/v1`, one for each timer. */
export const kubernetesExporter: Exporter = {
  name: 'kubernetes',
  summary: 'Kubernetes CronJobs; needs --image',

  write(jobs, context) {
    const written = jobs.map((job) => writeJob(job, context));
    const manifests = written.flatMap((one) => one.manifests);
    return {
      files: manifests.length === 0 ? [] : [{ name: 'cronjobs.yaml', text: writeYaml(manifests) }],
      differences: written.flatMap(({ differences }) => differences),
    };
  },
};

function writeJob(job: Job, { image }: ExportContext): Written {
  const keys = keysOfJob(job);
  const times = cronJobTimes(job, keys);
  const refusal = 'refusal' in times ? times.refusal : image === undefined ? NO_IMAGE : undefined;
  if ('refusal' in times || image === undefined || refusal !== undefined)
    return { manifests: [], differences: [{ timer: job.name, severity: 'error', message: refusal ?? NO_IMAGE }] };
  const manifests = times.schedules.map((schedule, index) =>
    cronJobOf(job, keys, { name: nameOf(job.name, index), schedule, timezone: times.timezone, image }),
  );
  return { manifests, differences: differencesOf(job, keys, times) };
}

const NO_IMAGE = 'A CronJob runs in a container. Set its image with --image.';

/** Jobs get 11 more characters behind the name of their CronJob. */
const LONGEST = 52;

/** A DNS label; the second CronJob of a timer has -2 behind it. */
function nameOf(name: string, index: number): string {
  const suffix = index === 0 ? '' : `-${index + 1}`;
  const plain = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return plain.slice(0, LONGEST - suffix.length).replace(/^-+|-+$/g, '') + suffix;
}
