import type { Moment } from '../../domain/monitor-moment.js';
import type { Monitor } from '../../domain/monitor.js';
import { healthchecks, isSlug, readDsn, sentry, slugOf, url } from '../../monitors/index.js';
import type { MapReport, Part, Words } from './map-report.js';
import { withoutUndefined } from './without-undefined.js';
import { unknownPlaceholder } from '../check/read-address.js';
import type { PingValue, TimerValues } from '../check/schema.js';
import type { SentrySchedule } from './sentry-schedule.js';

export interface MonitorContext {
  /** The timer's name. */
  readonly name: string;
  readonly report: MapReport;
  /** Used only for Sentry. */
  readonly schedule: () => SentrySchedule;
}

type PingMap = Exclude<PingValue, string>;

/** Builds the monitors that `ping` notifies of a timer's runs, and reports errors. */
export function buildMonitors(ping: TimerValues['ping'], context: MonitorContext): readonly Monitor[] {
  if (ping === undefined || ping === false) return [];
  if (!Array.isArray(ping)) return buildMonitor(ping, context, {});
  return ping.flatMap((one, item) => buildMonitor(one, context, { item }));
}

const EXAMPLES = 'For example: ping: https://hc-ping.com/your-uuid, or ping: {sentry: DSN}, or ping: {url: …}';

/** Builds one monitor. `listed` is its position if `ping` is a list. */
function buildMonitor(ping: PingValue, context: MonitorContext, listed: Part): readonly Monitor[] {
  if (typeof ping === 'string') return [healthchecks(ping)];
  const error = (words: Words, item?: string) =>
    context.report.error('ping', words, item === undefined || listed.item !== undefined ? listed : { item });
  const [kind, second] = (['healthchecks', 'sentry', 'url'] as const).filter((key) => ping[key] !== undefined);
  if (kind === undefined) {
    error({ code: 'missing-monitor', message: 'ping has no receiver.', hint: EXAMPLES });
    return [];
  }
  if (second !== undefined) {
    const hint = `Write a list: ping: [{${kind}: …}, {${second}: …}]`;
    error({ code: 'several-monitors', message: `ping has both ${kind} and ${second}.`, hint }, second);
    return [];
  }
  for (const key of strayKeys(ping, kind))
    error({ code: 'stray-key', message: `ping: ${key} has no effect with ${kind}.`, hint: 'Remove it.' }, key);
  if (kind === 'sentry') return buildSentry(ping, context, error);
  return kind === 'url' ? buildUrl(ping, error) : [healthchecks(ping.healthchecks ?? '')];
}

type Tell = (words: Words, item?: string) => void;

const KEYS_OF = { healthchecks: [], sentry: ['slug'], url: ['method', 'on', 'headers', 'body'] } as const;

const strayKeys = (ping: PingMap, kind: keyof typeof KEYS_OF): readonly string[] =>
  Object.keys(ping).filter((key) => key !== kind && !(KEYS_OF[kind] as readonly string[]).includes(key));

function buildSentry(
  ping: PingMap,
  { name, report, schedule: scheduleOf }: MonitorContext,
  error: Tell,
): readonly Monitor[] {
  const project = readDsn(ping.sentry ?? '');
  const slug = ping.slug ?? slugOf(name);
  if (project === undefined) {
    const hint = 'A DSN is https://KEY@HOST/PROJECT, as shown in the project settings in Sentry.';
    error({ code: 'bad-dsn', message: 'ping: this is not a Sentry DSN.', hint }, 'sentry');
    return [];
  }
  if (!isSlug(slug)) {
    const message = 'ping: a slug has at most 50 characters: a-z, 0-9, "-" and "_".';
    error({ code: 'bad-slug', message, hint: `For example: slug: ${slugOf(slug)}` }, 'slug');
  }
  const schedule = scheduleOf();
  if ('why' in schedule) {
    report.warn('ping', {
      code: 'sentry-schedule',
      message: `ping: Sentry does not support this schedule (${schedule.why}), so it will not notice a missing run.`,
      hint: 'Set up the monitor in Sentry; ignore: [sentry-schedule] silences this warning.',
    });
  }
  return [sentry({ project, slug, ...('config' in schedule && schedule) })];
}

const ON: readonly Moment[] = ['success'];

function buildUrl(ping: PingMap, error: Tell): readonly Monitor[] {
  const { url: address = '', body, headers, on = ON } = ping;
  const method = ping.method ?? (body === undefined ? 'GET' : 'POST');
  if (body !== undefined) checkBody(body, method, error);
  return [url({ url: address, method, on: new Set(on), ...withoutUndefined({ headers, body }) })];
}

function checkBody(body: NonNullable<PingMap['body']>, method: string, error: Tell): void {
  if (method === 'GET' || method === 'HEAD')
    error({ code: 'stray-key', message: `ping: ${method} has no body.`, hint: 'Write method: POST.' }, 'body');
  const unknown = unknownPlaceholder(typeof body === 'string' ? body : JSON.stringify(body));
  if (unknown) error({ ...unknown, message: `ping: ${unknown.message}` }, 'body');
}
