import type { Instant } from '../../domain/time.js';
import { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import type { Difference, ImportedTimer, SourcePlace } from '../kind.js';
import { withoutMissing } from '../duration-text.js';
import { exportedName, exportedTags } from './annotations.js';
import { readCommand } from './command.js';
import { tellLeftOut } from './left-out.js';
import { readJobFailures, readFirings } from './job-limits.js';
import { FROM_KUSTOMIZE, type ConfigMaps } from './manifests.js';
import { readCronJobSchedule } from './schedule.js';
import { readVariables } from './variables.js';

export interface ReadCronJob {
  /** One for each container; empty if the CronJob can't be imported. */
  readonly timers: readonly ImportedTimer[];
  /** Differences of a CronJob without a timer. */
  readonly differences: readonly Difference[];
  /** The location of the schedule, if the CronJob names no zone. */
  readonly withoutZone?: SourcePlace;
}

/** Reads one CronJob. */
export function readCronJob(cronJob: Fields, configMaps: ConfigMaps, now: Instant): ReadCronJob {
  const differences = new DifferenceList();
  const metadata = cronJob.map('metadata');
  const spec = cronJob.map('spec');
  const job = spec.map('jobTemplate').map('spec');
  const pod = job.map('template').map('spec');
  spec.map('jobTemplate').map('metadata').ignore('name');
  job.map('template').map('metadata').ignore('name');
  tellVersion(cronJob, differences);
  const schedule = readCronJobSchedule(spec, now, differences);
  const containers = pod.maps('containers');
  if (schedule === undefined) return { timers: [], differences: differences.list() };
  if (containers.length === 0) {
    differences.error(pod, 'The CronJob is left out: it has no container.', FROM_KUSTOMIZE);
    return { timers: [], differences: differences.list() };
  }
  const shared = { ...readFirings(spec, differences), ...readJobFailures(job, pod, differences) };
  tellOthers(pod, differences);
  const exportedAs = exportedName(metadata.map('annotations'));
  const name = exportedAs ?? metadata.text('name') ?? metadata.text('generateName') ?? 'cronjob';
  const about = describe(metadata, differences);
  const read = containers.map((container) => ({
    name: containers.length === 1 ? name : `${name}-${container.text('name') ?? 'container'}`,
    keys: { ...about, ...schedule.keys, ...shared, ...readContainer(container, configMaps, differences) },
  }));
  cronJob.ignore('status');
  tellRestartPolicy(pod, differences);
  for (const container of containers) container.ignore('name');
  tellLeftOut(cronJob, differences);
  const { original, whenDifferent } = schedule;
  const isOwn = containers.length === 1 && exportedAs !== undefined;
  const place = { file: cronJob.file, line: cronJob.line };
  const timers = read.map((timer, index) => ({
    ...timer,
    place,
    ...(isOwn && { exportedAs }),
    differences: index === 0 ? differences.list() : [],
    ...withoutMissing({ original, whenDifferent }),
  }));
  return { timers, differences: [], ...(schedule.isZoneless && { withoutZone: spec.place('schedule') }) };
}

function tellVersion(cronJob: Fields, differences: DifferenceList): void {
  cronJob.ignore('kind');
  const version = cronJob.text('apiVersion') ?? 'batch/v1';
  if (version === 'batch/v1') return;
  const message = `The CronJob uses ${version}. Its keys mean the same as in batch/v1, which Kubernetes 1.25 and later require.`;
  differences.note(cronJob.place('apiVersion'), message);
}

function tellRestartPolicy(pod: Fields, differences: DifferenceList): void {
  if (['Never', 'OnFailure'].includes(pod.text('restartPolicy') ?? '')) return;
  const message = 'Kubernetes rejects this CronJob: the pod of a job needs restartPolicy: Never or OnFailure.';
  differences.warning(pod.place('restartPolicy'), message);
}

const INIT_CONTAINER = {
  what: (name: string) => `init container ${name} is left out. The pod runs this command before the others`,
  hint: 'Put this command before the one in run, joined by &&.',
};

/** An init container that restarts runs until the other containers end. */
const SIDECAR = {
  what: (name: string) => `sidecar ${name} is left out. The pod runs this command alongside the others`,
  hint: 'If your command needs the sidecar, run it as a separate service.',
};

/** Reports further containers, which become timers of their own, and init containers, which cannot. */
function tellOthers(pod: Fields, differences: DifferenceList): void {
  if (pod.maps('containers').length > 1) {
    const message =
      'The containers of a pod start together, and the job fails if one fails. Here each is its own timer.';
    differences.warning(pod.place('containers'), message, 'Join their commands in one run if they need each other.');
  }
  for (const container of pod.maps('initContainers')) {
    const command = [...container.texts('command'), ...container.texts('args')].join(' ');
    const name = container.text('name') ?? 'without a name';
    const { what, hint } = container.text('restartPolicy') === 'Always' ? SIDECAR : INIT_CONTAINER;
    container.ignoreAll();
    differences.warning(container, `The ${what(name)}: ${command || "its image's command"}.`, hint);
  }
}

/** Returns the description and the tags. The tags include the namespace and the labels, as `key=value`. */
function describe(metadata: Fields, differences: DifferenceList): Readonly<Record<string, unknown>> {
  const annotations = metadata.map('annotations');
  const description = annotations.text('kubernetes.io/description') ?? annotations.text('description');
  const ownTags = exportedTags(annotations);
  const others = annotations.unread().filter(({ path }) => !path.endsWith('last-applied-configuration'));
  annotations.ignoreAll();
  const [first] = others;
  if (first !== undefined) differences.note(first, 'Annotations are left out.');
  const labels = metadata.map('labels');
  const namespace = metadata.text('namespace');
  const tags = [
    ...(namespace === undefined ? [] : [`namespace=${namespace}`]),
    ...labels.keys.map((key) => `${key}=${labels.text(key) ?? ''}`),
    ...ownTags,
  ];
  return {
    ...(description !== undefined && { description }),
    ...(tags.length > 0 && { tags }),
  };
}

function readContainer(
  container: Fields,
  configMaps: ConfigMaps,
  differences: DifferenceList,
): Readonly<Record<string, unknown>> {
  const variables = readVariables(container, configMaps, differences);
  const { run, shell } = readCommand(container, variables, differences);
  return withoutMissing({
    run,
    shell,
    cwd: container.text('workingDir'),
    env: variables.known.size > 0 ? Object.fromEntries(variables.known) : undefined,
  });
}
