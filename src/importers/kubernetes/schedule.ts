import type { Instant } from '../../domain/time.js';
import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import type { ImportedTimer } from '../kind.js';
import { FROM_KUSTOMIZE } from './manifests.js';
import { readRobfig, RobfigError, type RobfigExpression } from '../robfig/expression.js';
import { RobfigFirings } from '../robfig/firings.js';
import { scheduleKeys, type Counting } from '../robfig/schedule-keys.js';
import { spellingInTzdata } from '../zone-spelling.js';

/** When a CronJob fires. */
export interface CronJobSchedule extends Pick<ImportedTimer, 'original' | 'whenDifferent'> {
  readonly keys: Readonly<Record<string, unknown>>;
  /** Whether the CronJob names no zone. */
  readonly isZoneless: boolean;
}

/**
 * The zone of the controller manager, which a CronJob without a zone uses. The container of the manager is in no other
 * zone.
 */
export const CONTROLLER_ZONE = 'UTC';

/** Reads `schedule` and `timeZone`; `undefined`, with an error, if Kubernetes would reject them. */
export function readCronJobSchedule(
  spec: Fields,
  now: Instant,
  differences: DifferenceList,
): CronJobSchedule | undefined {
  const written = spec.text('schedule')?.trim();
  if (written === undefined) {
    differences.error(spec, 'The CronJob is left out: it has no schedule.', FROM_KUSTOMIZE);
    return undefined;
  }
  const { text, prefix } = withoutZone(written);
  try {
    const { zone, isZoneless } = zoneOf(spec, prefix);
    const expression = readRobfig(text, { takesSeconds: false });
    if (prefix !== '') tellPrefix(prefix, zone, { spec, differences });
    return { ...scheduleOf(expression, { zone, now, spec }, differences), isZoneless };
  } catch (error) {
    if (!(error instanceof RobfigError)) throw error;
    const message = `The CronJob is left out: Kubernetes rejects its schedule "${written}". ${error.message}`;
    differences.error(spec.place('schedule'), message);
    return undefined;
  }
}

/** Splits off a leading `TZ=` or `CRON_TZ=`; without one, `prefix` is empty. */
function withoutZone(schedule: string): { readonly text: string; readonly prefix: string } {
  const [prefix = ''] = /^(?:CRON_)?TZ=\S*\s+/.exec(schedule) ?? [];
  return { text: schedule.slice(prefix.length), prefix: prefix.trim() };
}

/**
 * Returns the zone of `timeZone`, or else of the schedule's prefix. @throws RobfigError if Kubernetes would reject it.
 */
function zoneOf(spec: Fields, prefix: string): { readonly zone: string; readonly isZoneless: boolean } {
  const written = spec.text('timeZone');
  if (prefix !== '' && written !== undefined) throw new RobfigError('It names a zone, and so does timeZone.');
  if (written !== undefined && NO_ZONE.test(written))
    throw new RobfigError(`"${written}" is not a value for timeZone, which names an IANA time zone.`);
  const named = written ?? prefix.replace(/^.*=/, '');
  const isZoneless = named === '' || named === 'Local';
  if (!isZoneless) checkSpelling(named);
  return { zone: isZoneless ? CONTROLLER_ZONE : named, isZoneless };
}

/**
 * Checks the spelling of a zone, including upper and lower case. @throws RobfigError if the API server does not find
 * it.
 */
function checkSpelling(zone: string): void {
  const spelling = spellingInTzdata(zone);
  if (spelling === undefined) throw new RobfigError(`"${zone}" is not an IANA time zone.`);
  if (spelling !== zone) throw new RobfigError(`"${zone}" has the wrong case. The IANA time zone is ${spelling}.`);
}

/** Names that the API server rejects, although Go schedules interpret them as the zone of the machine. */
const NO_ZONE = /^(?:local)?$/i;

/** Warns about a zone in the schedule. CronJobs from before Kubernetes 1.29 keep it. */
function tellPrefix(
  prefix: string,
  zone: string,
  { spec, differences }: { readonly spec: Fields; readonly differences: DifferenceList },
): void {
  const message = `Kubernetes 1.29 and later reject ${prefix} in the schedule of a new CronJob. The timer uses ${zone}.`;
  differences.warning(spec.place('schedule'), message, `In the CronJob, write timeZone: ${zone} instead.`);
}

interface Where extends Counting {
  readonly spec: Fields;
}

function scheduleOf(
  expression: RobfigExpression,
  { zone, now, spec }: Where,
  differences: DifferenceList,
): Omit<CronJobSchedule, 'isZoneless'> {
  const timezone = zone === CONTROLLER_ZONE ? {} : { timezone: zone };
  const keys = { ...scheduleKeys(expression, { zone, now }), ...timezone };
  if (expression.kind === 'interval') {
    const message =
      'Kubernetes counts @every from the time at which the CronJob was created. Here it counts from 1970-01-01 00:00 UTC.';
    differences.warning(spec.place('schedule'), message, 'Set every: {interval, offset} if the minute matters.');
    return { keys };
  }
  return {
    keys,
    original: new RobfigFirings(expression, zone),
    whenDifferent: 'Kubernetes fires at other times where a clock changes at midnight or by half an hour.',
  };
}
