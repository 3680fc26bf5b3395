import { nearest } from '../../text/nearest.js';
import { readDsn, slugOf } from '../../monitors/index.js';
import type { BuiltTimer } from './warn-of-long-runs.js';
import { clip } from '../text/quote.js';
import type { PingValue } from '../check/schema.js';

/** Warns about a group that is not in `groups`: it has one slot, and its name may be a typo. */
export function warnOfUndeclaredGroups(timers: readonly BuiltTimer[], declared: ReadonlyMap<string, number>): void {
  if (declared.size === 0) return;
  for (const { job, report } of timers) {
    if (job.group === undefined || declared.has(job.group)) continue;
    const message = `group: "${clip(job.group)}" is not defined under groups, so only one of its runs is active at a time.`;
    const meant = nearest(job.group, declared.keys());
    const hint = meant === undefined ? `Add it: groups: {${clip(job.group)}: 1}` : `Did you mean ${meant}?`;
    report.warn('group', { code: 'undeclared-group', message, hint });
  }
}

/** One receiver of requests about the scheduler or a timer. */
interface Receiver {
  readonly key: 'heartbeat' | 'ping' | 'notify';
  /** Describes the sender in messages. */
  readonly sender: string;
  /** The normalized address, with whatever else the service distinguishes senders by. */
  readonly identity: string;
}

/**
 * Warns about senders that share one receiver: a service that expects one schedule cannot distinguish them. People can,
 * so several timers may `notify` the same address. `heartbeat` is the address for the heartbeat of the scheduler
 * itself.
 */
export function warnOfSharedReceivers(timers: readonly BuiltTimer[], heartbeat: string | undefined): void {
  const first = new Map<string, Receiver>();
  if (heartbeat !== undefined) {
    const identity = oneSpelling(heartbeat);
    first.set(identity, { key: 'heartbeat', sender: 'the heartbeat', identity });
  }
  for (const timer of timers) {
    for (const receiver of receiversOf(timer)) {
      const other = first.get(receiver.identity);
      first.set(receiver.identity, other ?? receiver);
      if (other !== undefined && isMixedUp(other, receiver)) warnOfSharing(timer, receiver, other);
    }
  }
}

const isMixedUp = (one: Receiver, other: Receiver): boolean =>
  one.key !== other.key || (one.key === 'ping' && one.sender !== other.sender);

function warnOfSharing({ report }: BuiltTimer, { key, sender }: Receiver, other: Receiver): void {
  const isOfMonitors = key !== 'notify' && other.key !== 'notify';
  report.warn(key, {
    code: 'shared-monitor',
    message: isOfMonitors
      ? `${key}: ${sender} and ${other.sender} report to the same monitor, which cannot tell them apart.`
      : `${key}: ${inWords({ key, sender })} and ${inWords(other)} use the same address, which receives both.`,
    hint: isOfMonitors ? 'Give each its own monitor.' : 'Give each its own address.',
  });
}

const inWords = ({ key, sender }: Pick<Receiver, 'key' | 'sender'>): string =>
  key === 'heartbeat' ? sender : `${key} of ${sender}`;

const receiversOf = ({ job: { name: sender }, values: { ping, notify } }: BuiltTimer): readonly Receiver[] => [
  ...pingIdentities(ping, sender).map((identity) => ({ key: 'ping', sender, identity }) as const),
  ...(notify === undefined || notify === false || notify.webhook === undefined
    ? []
    : [{ key: 'notify', sender, identity: oneSpelling(notify.webhook) } as const]),
];

/** Normalizes an address: scheme, host case, the root's dot, a default port and trailing slashes make no difference. */
function oneSpelling(address: string): string {
  if (!URL.canParse(address)) return address;
  const { host, pathname, search } = new URL(address);
  return `${host.replace(/\.(?=$|:)/, '')}${pathname.replace(/\/+$/, '')}${search}`;
}

/**
 * Returns what distinguishes a timer's monitors from those of other timers. Empty for requests that contain the timer's
 * name.
 */
function pingIdentities(ping: PingValue | readonly PingValue[] | false | undefined, name: string): readonly string[] {
  if (ping === undefined || ping === false) return [];
  if (Array.isArray(ping)) return ping.flatMap((one: PingValue) => pingIdentities(one, name));
  if (typeof ping === 'string') return identityOf({ healthchecks: ping }, name);
  return identityOf(ping as Exclude<PingValue, string>, name);
}

function identityOf({ healthchecks, sentry, slug, url, body }: Exclude<PingValue, string>, name: string): string[] {
  if (sentry !== undefined) {
    const project = readDsn(sentry);
    return project === undefined ? [] : [`${oneSpelling(project.envelopeUrl)} ${slug ?? slugOf(name)}`];
  }
  return [healthchecks, body === undefined ? url : undefined]
    .filter((address) => address !== undefined)
    .filter((address) => !address.includes('{'))
    .map(oneSpelling);
}
