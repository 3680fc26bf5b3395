import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';

interface Words {
  readonly severity: 'warning' | 'note';
  readonly message: string;
  readonly hint?: string;
}

const warning = (message: string, hint?: string): Words => ({ severity: 'warning', message, ...(hint && { hint }) });
const note = (message: string): Words => ({ severity: 'note', message });

const VOLUMES = warning(
  'Volumes are not mounted: the command sees the files of this machine.',
  'Put their files in the same places here, or change the paths in run.',
);
const RIGHTS = warning(
  "The command runs as the user of timers, with that user's permissions.",
  'Set user to run it as a different user.',
);
const PLACEMENT = note('The placement of the pod is left out: the command runs on this machine.');
const LABELS = note('Labels and annotations of jobs and pods are left out.');
const HEALTH = warning('Probes and lifecycle hooks are left out: only the command runs.');
const PARALLEL = warning('A timer starts one process for each firing. Parallel and indexed pods are left out.');
const NETWORK = note(
  'Ports and network settings of the pod are left out: the command uses the network of this machine.',
);

/** Keys without an equivalent, by the last part of their path. */
const KNOWN: ReadonlyMap<string, Words> = new Map([
  ['volumes', VOLUMES],
  ['volumeMounts', VOLUMES],
  ['volumeDevices', VOLUMES],
  ['volumeClaimTemplates', VOLUMES],
  ['securityContext', RIGHTS],
  ['runtimeClassName', RIGHTS],
  ['serviceAccountName', warning('The command gets no service account token.', 'Give kubectl a kubeconfig here.')],
  ['serviceAccount', warning('The command gets no service account token.', 'Give kubectl a kubeconfig here.')],
  ['automountServiceAccountToken', note('The command gets no service account token.')],
  ['imagePullSecrets', note('Image pull secrets are left out.')],
  [
    'resources',
    warning(
      'CPU and memory requests and limits are left out.',
      'Set limits for timers itself, in systemd or with ulimit.',
    ),
  ],
  ['nodeSelector', PLACEMENT],
  ['affinity', PLACEMENT],
  ['tolerations', PLACEMENT],
  ['topologySpreadConstraints', PLACEMENT],
  ['nodeName', PLACEMENT],
  ['priorityClassName', PLACEMENT],
  ['schedulerName', PLACEMENT],
  ['labels', LABELS],
  ['annotations', LABELS],
  ['livenessProbe', HEALTH],
  ['readinessProbe', HEALTH],
  ['startupProbe', HEALTH],
  ['lifecycle', HEALTH],
  ['parallelism', PARALLEL],
  ['completions', PARALLEL],
  ['completionMode', PARALLEL],
  ['ports', NETWORK],
  ['hostNetwork', NETWORK],
  ['dnsPolicy', NETWORK],
  ['dnsConfig', NETWORK],
  ['hostAliases', NETWORK],
  [
    'ttlSecondsAfterFinished',
    note('ttlSecondsAfterFinished is left out: history.keep says how long timers keeps outcomes.'),
  ],
  ['shareProcessNamespace', note('shareProcessNamespace is left out: all processes of this machine share one.')],
  ['enableServiceLinks', note('Service environment variables are left out.')],
]);

/** Keys that say nothing about when and how a command runs. */
const SILENT =
  /(?:^|\.)(?:status|creationTimestamp|uid|resourceVersion|generation|managedFields|selfLink|ownerReferences|terminationMessagePath|terminationMessagePolicy|finalizers)$/;

/** Keys with their default values, which need no report. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['parallelism', '1'],
  ['completions', '1'],
  ['completionMode', 'NonIndexed'],
  ['dnsPolicy', 'ClusterFirst'],
  ['schedulerName', 'default-scheduler'],
]);

/** Reports all unread keys of a CronJob, each kind once. */
export function tellLeftOut(cronJob: Fields, differences: DifferenceList): void {
  const told = new Set<string>();
  for (const { path, text, ...place } of cronJob.unread()) {
    const key = path.split('.').at(-1) ?? path;
    if (SILENT.test(path) || (text !== undefined && DEFAULTS.get(key) === text)) continue;
    const words = KNOWN.get(key) ?? warning(`${path} has no equivalent here, and is left out.`);
    if (told.has(words.message)) continue;
    told.add(words.message);
    differences[words.severity](place, words.message, words.hint);
  }
}
