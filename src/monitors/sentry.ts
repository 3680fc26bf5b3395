import { durationOf, type RunFinished, type RunStarted } from '../domain/events/index.js';
import type { Monitor } from '../domain/monitor.js';
import { runUuid } from './run-uuid.js';

/**
 * The schedule in the form that Sentry needs to create the monitor and to notice a missing run. Times are in whole
 * minutes.
 */
export interface MonitorConfig {
  readonly schedule:
    | { readonly type: 'crontab'; readonly value: string }
    | { readonly type: 'interval'; readonly value: number; readonly unit: 'week' | 'day' | 'hour' | 'minute' };
  /** How late a run may begin. */
  readonly checkin_margin: number;
  /** How long a run may last. Absent for Sentry's default. */
  readonly max_runtime?: number;
  /** IANA name. */
  readonly timezone: string;
}

/** A project's address, as in Sentry's DSN. */
export interface SentryProject {
  readonly dsn: string;
  readonly publicKey: string;
  readonly envelopeUrl: string;
}

export interface SentryOptions {
  readonly project: SentryProject;
  /** The slug of the monitor. */
  readonly slug: string;
  readonly environment?: string;
  /** Absent for a schedule that Sentry cannot express. */
  readonly config?: MonitorConfig;
}

/** Reads `https://KEY@HOST/PATH/PROJECT`; `undefined` if it is not a DSN. */
export function readDsn(dsn: string): SentryProject | undefined {
  if (!URL.canParse(dsn)) return undefined;
  const { protocol, username, host, pathname } = new URL(dsn);
  const [, path = '', project] = /^(.*)\/(\d+)\/?$/.exec(pathname) ?? [];
  if (!/^https?:$/.test(protocol) || username === '' || project === undefined) return undefined;
  return { dsn, publicKey: username, envelopeUrl: `${protocol}//${host}${path}/api/${project}/envelope/` };
}

/** Returns a valid slug for Sentry: for `Nightly.Backup`, `nightly-backup`. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, LONGEST_SLUG);

const LONGEST_SLUG = 50;

/** Returns whether Sentry accepts a text as a slug. */
export const isSlug = (slug: string): boolean => /^[a-z0-9_-]{1,50}$/.test(slug);

/**
 * Creates a monitor that checks in at Sentry with an envelope that has one `check_in`
 * (https://develop.sentry.dev/sdk/telemetry/check-ins/): `in_progress`, then `ok` or `error`. A canceled run is an
 * `error`: it did not do its work, and if left open, it would be reported as hanging.
 */
export const sentry = ({ project, slug, environment, config }: SentryOptions): Monitor => ({
  kind: 'sentry',
  requestFor(event) {
    const checkIn = {
      check_in_id: runUuid(event.runId).replaceAll('-', ''),
      monitor_slug: slug,
      ...progressOf(event),
      ...(environment !== undefined && { environment }),
      ...(config && { monitor_config: config }),
    };
    const lines = [{ dsn: project.dsn }, { type: 'check_in' }, checkIn];
    return {
      method: 'POST',
      url: project.envelopeUrl,
      headers: {
        'Content-Type': 'application/x-sentry-envelope',
        'X-Sentry-Auth': `Sentry sentry_version=7, sentry_client=timers/1, sentry_key=${project.publicKey}`,
      },
      body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    };
  },
});

function progressOf(event: RunStarted | RunFinished): { status: 'in_progress' | 'ok' | 'error'; duration?: number } {
  if (event.event === 'run.started') return { status: 'in_progress' };
  const duration = durationOf(event);
  return {
    status: event.outcome.status === 'success' ? 'ok' : 'error',
    ...(duration !== undefined && { duration: duration / 1_000 }),
  };
}
