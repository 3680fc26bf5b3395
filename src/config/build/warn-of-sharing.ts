import { nearest } from '../../text/nearest.js';
import { readDsn, slugOf } from '../../monitors/index.js';
import type { BuiltTimer } from './warn-of-long-runs.js';
import { clip } from '../text/quoting.js';
import type { PingValue } from '../check/schema.js';

/** Warns of a group that is not in `groups`: it has one slot, and its name may be a typo. */
export function warnOfUndeclaredGroups(timers: readonly BuiltTimer[], declared: ReadonlyMap<string, number>): void {
  if (declared.size === 0) return;
  for (const { job, report } of timers) {
    if (job.group === undefined || declared.has(job.group)) continue;
    const message = `group: "${clip(job.group)}" is not under groups, so one run of it is allowed at a time.`;
    const meant = nearest(job.group, declared.keys());
    const hint = meant === undefined ? `Add it: groups: {${clip(job.group)}: 1}` : `Did you mean ${meant}?`;
    report.warn('group', { code: 'undeclared-group', message, hint });
  }
}

/** Warns of timers that share one monitor: a service that expects one schedule cannot tell them apart. */
export function warnOfSharedMonitors(timers: readonly BuiltTimer[]): void {
  const names = new Map<string, string>();
  for (const { job, values, report } of timers) {
    for (const key of identitiesOf(values.ping, job.name).map(sameAddress)) {
      const other = names.get(key);
      names.set(key, other ?? job.name);
      if (other === undefined || other === job.name) continue;
      const message = `ping: ${job.name} and ${other} report to the same monitor, which cannot tell them apart.`;
      report.warn('ping', { code: 'shared-monitor', message, hint: 'Give each timer a monitor of its own.' });
    }
  }
}

/** One spelling of an address: host case, a default port and a trailing slash make no difference. */
function sameAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const { origin, pathname, search } = new URL(address);
  return `${origin}${pathname.replace(/\/+$/, '')}${search}`;
}

/** What distinguishes a timer's monitors from those of others; nothing for addresses that contain the timer's name. */
function identitiesOf(ping: PingValue | readonly PingValue[] | false | undefined, name: string): readonly string[] {
  if (ping === undefined || ping === false) return [];
  if (typeof ping === 'string') return [ping];
  if (Array.isArray(ping)) return ping.flatMap((one: PingValue) => identitiesOf(one, name));
  return identityOf(ping as Exclude<PingValue, string>, name);
}

function identityOf({ healthchecks, sentry, slug, url, body }: Exclude<PingValue, string>, name: string): string[] {
  if (sentry !== undefined) return readDsn(sentry) === undefined ? [] : [`${sentry} ${slug ?? slugOf(name)}`];
  const isNamed = body !== undefined || url?.includes('{') === true;
  return [healthchecks, isNamed ? undefined : url].filter((one) => one !== undefined);
}
