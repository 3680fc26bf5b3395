import { isZoneFile } from '../zone-spelling.js';
import { DifferenceList } from '../difference-list.js';
import type { Difference, ImportedTimer } from '../kind.js';
import { readRobfig, RobfigError, type RobfigExpression } from '../robfig/expression.js';
import { RobfigFirings } from '../robfig/firings.js';
import { scheduleKeys, type Counting } from '../robfig/schedule-keys.js';
import { withoutMissing } from '../duration-text.js';
import { commandOf } from './command.js';
import type { OfeliaJob } from './entry.js';

/** A timer, or the reason why there is none. */
export interface ReadEntry {
  readonly timer?: ImportedTimer;
  readonly differences: readonly Difference[];
}

/** Reads one job. `zone` is the one that Ofelia runs in. */
export function readOfeliaJob(
  entry: OfeliaJob,
  globals: readonly OfeliaJob[],
  { zone: timezone, now }: Counting,
): ReadEntry {
  const differences = new DifferenceList();
  const expression = readSchedule(entry, differences);
  const run = expression === undefined ? undefined : commandOf(entry);
  if (expression !== undefined && run === undefined) differences.error(entry, `The job is left out: ${whyNot(entry)}`);
  if (expression === undefined || run === undefined) return { differences: differences.list() };
  const zone = zoneOf(entry) ?? timezone;
  const keys = {
    ...scheduleKeys(expression, { zone, now }),
    ...(zone !== timezone && { timezone: zone }),
    overlap: valueOf(entry, 'no-overlap') === 'true' ? 'skip' : 'allow',
    run,
    ...readLocal(entry),
    ...readReports([entry, ...globals], differences),
  };
  tellDocker(entry, differences);
  tellPull(entry, differences);
  tellUnknown(entry, differences);
  tellInterval(entry, expression, differences);
  const fires = expression.kind === 'fields' ? { original: new RobfigFirings(expression, zone) } : {};
  const place = { file: entry.file, line: entry.line };
  return { timer: { name: entry.name, place, keys, differences: differences.list(), ...fires }, differences: [] };
}

const valueOf = ({ parameters }: OfeliaJob, key: string): string | undefined => parameters.get(key)?.values.at(-1);

const ZONE = /^(?:CRON_)?TZ=(\S*)\s+/;

const zoneOf = (entry: OfeliaJob): string | undefined => {
  const named = ZONE.exec(valueOf(entry, 'schedule') ?? '')?.[1];
  return named !== undefined && isZoneFile(named) ? named : undefined;
};

function readSchedule(entry: OfeliaJob, differences: DifferenceList): RobfigExpression | undefined {
  const text = (valueOf(entry, 'schedule') ?? '').trim();
  try {
    if (ZONE.test(text) && zoneOf(entry) === undefined) throw new RobfigError('Its zone is not an IANA time zone.');
    return readRobfig(text.replace(ZONE, ''), { takesSeconds: true });
  } catch (error) {
    if (!(error instanceof RobfigError)) throw error;
    const place = entry.parameters.get('schedule') ?? entry;
    differences.error(place, `The job is left out: Ofelia rejects its schedule "${text}". ${error.message}`);
    return undefined;
  }
}

const whyNot = ({ type }: OfeliaJob): string =>
  type === 'job-service-run' ? 'it starts a swarm service.' : 'it has neither a command nor an image.';

/** Returns the folder and the variables of a command that runs without a container. */
function readLocal(entry: OfeliaJob): Readonly<Record<string, unknown>> {
  if (entry.type !== 'job-local') return {};
  const pairs = (entry.parameters.get('environment')?.values ?? []).map((pair): [string, string] => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')];
  });
  return withoutMissing({
    cwd: valueOf(entry, 'dir'),
    env: pairs.length > 0 ? Object.fromEntries(pairs) : undefined,
  });
}

/** Reads the settings for reports. Settings of the job take precedence over those of all jobs. */
function readReports(entries: readonly OfeliaJob[], differences: DifferenceList): Readonly<Record<string, unknown>> {
  const find = (key: string) => entries.map(({ parameters }) => parameters.get(key)).find((found) => found);
  const [mail, folder, slack] = ['email-to', 'save-folder', 'slack-webhook'].map(find);
  if (mail) {
    const hint = 'Write notify: {run: …} with a command that sends mail.';
    differences.warning(mail, 'The mail report is left out: timers sends no mail.', hint);
  }
  if (folder) {
    const message = 'The reports in save-folder are left out: timers history and timers logs show them.';
    differences.warning(folder, message);
  }
  if (slack === undefined) return {};
  const message = 'Slack gets a message when a timer starts to fail and when it recovers, not after each run.';
  differences.warning(slack, message);
  return { notify: { webhook: slack.values.at(-1) ?? '' } };
}

function tellDocker(entry: OfeliaJob, differences: DifferenceList): void {
  if (entry.type === 'job-local') return;
  const message =
    'Ofelia talks to Docker itself. Here the docker command does, so timers needs it and permission to use it.';
  differences.note(entry, message);
  if (entry.service === undefined || entry.service.container !== undefined || valueOf(entry, 'container') !== undefined)
    return;
  const hint = 'Set cwd to the folder of the compose file.';
  differences.warning(
    entry,
    'docker compose finds the container by its service name, in the folder of the compose file.',
    hint,
  );
}

const OF_JOBS = 'schedule|command|no-overlap';

/** The parameters that this importer reads, by type of entry. Report settings apply to any type. */
const KNOWN: ReadonlyMap<string, RegExp> = new Map(
  [
    ['global', ''],
    ['job-local', `${OF_JOBS}|dir|environment`],
    ['job-exec', `${OF_JOBS}|container|user|tty|environment`],
    ['job-run', `${OF_JOBS}|image|pull|container|user|tty|network|hostname|delete|volume|volumes-from|environment`],
  ].map(([type = '', names = '']) => [type, new RegExp(`^(?:${names}|(?:smtp|email|mail|save|slack)-.*)$`)]),
);

/** Reports each parameter of a job or of `[global]` that nothing reads. */
export function tellUnknown({ type, parameters }: OfeliaJob, differences: DifferenceList): void {
  for (const [name, place] of parameters)
    if (KNOWN.get(type)?.test(name) !== true)
      differences.warning(place, `${name} is left out: timers has no equivalent.`);
}

/** Warns that `docker run` does not pull the image before each run, which is like `pull: false`. */
function tellPull(entry: OfeliaJob, differences: DifferenceList): void {
  if (valueOf(entry, 'image') === undefined || entry.type !== 'job-run') return;
  if (!/^(?:1|t|true)$/i.test(valueOf(entry, 'pull') ?? 'true')) return;
  const message = 'Ofelia pulls the image before each run, if it can. docker run pulls it only if it is missing.';
  const place = entry.parameters.get('pull') ?? entry.parameters.get('image') ?? entry;
  differences.warning(place, message, 'Add --pull always to docker run to get new images.');
}

function tellInterval(entry: OfeliaJob, { kind }: RobfigExpression, differences: DifferenceList): void {
  if (kind !== 'interval') return;
  const message =
    'Ofelia counts @every from its start. Here it counts from 1970-01-01 00:00 UTC, even across restarts.';
  differences.warning(entry.parameters.get('schedule') ?? entry, message);
}
