import { writeYaml } from '../../config/index.js';
import type { Job } from '../../domain/job.js';
import type { Exporter, ExportContext, ExportDifference } from '../kind.js';
import { keysOfJob } from '../timer-keys.js';
import { cronJobOf } from './cron-job.js';
import { differencesOf } from './differences.js';
import { cronJobTimes } from './cron-job-times.js';

interface Written {
  readonly manifests: readonly unknown[];
  readonly differences: readonly ExportDifference[];
}

/** CronJobs of `batch/v1`, one for each timer. */
export const kubernetesExporter: Exporter = {
  name: 'kubernetes',
  summary: 'Kubernetes CronJobs; needs --image',

  write(jobs, context) {
    const name = distinctNames(jobs);
    const written = jobs.map((job) => writeJob(job, context, name));
    const manifests = written.flatMap((one) => one.manifests);
    return {
      files: manifests.length === 0 ? [] : [{ name: 'cronjobs.yaml', text: writeYaml(manifests) }],
      differences: written.flatMap(({ differences }) => differences),
    };
  },
};

type Name = (timer: string, index: number) => string;

function writeJob(job: Job, { image }: ExportContext, nameOf: Name): Written {
  const keys = keysOfJob(job);
  const times = cronJobTimes(job, keys);
  const refusal = 'refusal' in times ? times.refusal : image === undefined ? NO_IMAGE : undefined;
  if ('refusal' in times || image === undefined || refusal !== undefined)
    return { manifests: [], differences: [{ timer: job.name, severity: 'error', message: refusal ?? NO_IMAGE }] };
  const names = times.schedules.map((_, index) => nameOf(job.name, index));
  const isOwnName = names.every((name) => name === job.name);
  const manifests = times.schedules.map((schedule, index) =>
    cronJobOf(job, keys, { name: names[index] ?? '', isOwnName, schedule, timezone: times.timezone, image }),
  );
  return { manifests, differences: [...renamed(job.name, names[0]), ...differencesOf(job, keys, times)] };
}

function renamed(timer: string, name = timer): readonly ExportDifference[] {
  const message = `The CronJob is named ${name}, because Kubernetes allows at most ${LONGEST} characters: a to z, 0 to 9 and -. An annotation keeps the name.`;
  return name === timer ? [] : [{ timer, severity: 'note', message }];
}

const NO_IMAGE = 'A CronJob runs in a container. Set its image with --image.';

/** The maximum length of a name. The name of a Job adds 11 characters to the name of its CronJob. */
const LONGEST = 52;

/**
 * Returns a function that gives each CronJob a name of its own. A timer keeps its name if that is a DNS label. The
 * second CronJob of a timer gets the suffix `-2`, and so does a name that another CronJob has.
 */
function distinctNames(jobs: readonly Job[]): Name {
  const taken = new Set(jobs.map(({ name }) => name).filter((name) => labelOf(name, 1) === name));
  return (timer, index) => {
    if (index === 0 && taken.has(timer)) return timer;
    let number = index + 1;
    while (taken.has(labelOf(timer, number))) number++;
    const name = labelOf(timer, number);
    taken.add(name);
    return name;
  };
}

function labelOf(timer: string, number: number): string {
  const suffix = number === 1 ? '' : `-${number}`;
  const plain = timer.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return plain.slice(0, LONGEST - suffix.length).replace(/^-+|-+$/g, '') + suffix;
}
