import { humanDuration } from '../human-duration.js';
import { toTimestamp, type Instant } from '../time.js';
import type { EventEntries, EventField } from './entry.js';

/** The timer file was read again and is in use. */
export interface ConfigReloaded {
  readonly event: 'config.reloaded';
  readonly at: Instant;
  readonly file: string;
  /** The ETag of a file from `--from`, if its server sends one. */
  readonly etag?: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** The changed top-level keys that take effect only at the next start; absent if there are none. */
  readonly needsRestart?: readonly string[];
}

/** The timer file was read again and has errors. Nothing changed. */
export interface ConfigRejected {
  readonly event: 'config.rejected';
  readonly at: Instant;
  readonly file: string;
  /** Each as `line:column message`, errors first. */
  readonly problems: readonly string[];
}

/** The `--from` server is unreachable, or does not have the file. Emitted once, until the server is back. */
export interface ConfigUnreachable {
  readonly event: 'config.unreachable';
  readonly at: Instant;
  /** Without user, password and query. */
  readonly url: string;
  readonly since: Instant;
  readonly reason: string;
}

/** The `--from` server is reachable again. */
export interface ConfigReachable {
  readonly event: 'config.reachable';
  readonly at: Instant;
  readonly url: string;
  /** When the server was found to be unreachable. */
  readonly since: Instant;
}

export type ConfigEvent = ConfigReloaded | ConfigRejected | ConfigUnreachable | ConfigReachable;

const URL_FIELD = {
  type: 'string',
  ecs: 'url.full',
  summary: 'The URL of `--from`, without user, password and query.',
} as const satisfies EventField;

const exampleOrigin = {
  at: Date.parse('2026-11-23T09:12:44.31Z'),
  url: 'https://timers.example.org/edge-7.yaml',
  since: Date.parse('2026-11-23T09:12:44.31Z'),
} as const;

const example = { at: Date.parse('2026-11-23T09:12:44.31Z'), file: '/etc/timers/timers.yaml' } as const;

export const configEvents: EventEntries<ConfigEvent> = {
  'config.reloaded': {
    summary: 'The scheduler read the timer file again and uses it.',
    level: 'info',
    fields: {
      file: { type: 'string', ecs: 'file.path', summary: 'The timer file.' },
      etag: {
        type: 'string',
        optional: true,
        summary: 'The ETag of the new version, if the file comes from `--from`.',
      },
      added: { type: 'strings', summary: 'The names of new timers.' },
      removed: { type: 'strings', summary: 'The names of removed timers.' },
      changed: { type: 'strings', summary: 'The names of changed timers.' },
      needs_restart: {
        type: 'strings',
        optional: true,
        summary: 'Changed keys of the file that take effect only at the next start.',
      },
    },
    toFields: ({ file, etag, added, removed, changed, needsRestart }) => ({
      file,
      ...(etag !== undefined && { etag }),
      added,
      removed,
      changed,
      ...(needsRestart && { needs_restart: needsRestart }),
    }),
    sentence: describeReload,
    recorded: false,
    concerns: 'every timer',
    since: '0.1.0',
    example: { event: 'config.reloaded', ...example, added: ['report'], removed: [], changed: ['backup'] },
  },
  'config.rejected': {
    summary: 'The scheduler read the timer file again and found errors. It keeps its current timers.',
    level: 'error',
    fields: {
      file: { type: 'string', ecs: 'file.path', summary: 'The timer file.' },
      problems: { type: 'strings', summary: 'Each problem as `line:column message`, errors first.' },
    },
    toFields: ({ file, problems }) => ({ file, problems }),
    sentence: describeRejection,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'config.rejected', ...example, problems: ['3:5 Unknown key "timout".'] },
  },
  'config.unreachable': {
    summary:
      'The `--from` server is unreachable, or does not have the file. The timers keep running. Logged once, until the server is back.',
    level: 'warn',
    fields: {
      url: URL_FIELD,
      since: { type: 'timestamp', summary: 'When the first request failed.' },
      reason: { type: 'string', ecs: 'event.reason', summary: 'The reason, in plain words.' },
    },
    toFields: ({ url, since, reason }) => ({ url, since: toTimestamp(since), reason }),
    sentence: ({ url, reason }) => `cannot load ${url}; the current timers keep running: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'config.unreachable', ...exampleOrigin, reason: 'it does not respond' },
  },
  'config.reachable': {
    summary: 'The `--from` server is reachable again.',
    level: 'info',
    fields: { url: URL_FIELD, since: { type: 'timestamp', summary: 'When the first request failed.' } },
    toFields: ({ url, since }) => ({ url, since: toTimestamp(since) }),
    sentence: ({ url, at, since }) => `${url} is reachable again after ${humanDuration(Math.max(0, at - since))}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'config.reachable', ...exampleOrigin, at: Date.parse('2026-11-23T10:12:44.31Z') },
  },
};

function describeRejection({ file, problems }: ConfigRejected): string {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `rejected ${file} and kept the current timers: ${problems[0] ?? ''}${more}`;
}

function describeReload({ file, added, removed, changed, needsRestart }: ConfigReloaded): string {
  const parts = [
    ['added', added],
    ['removed', removed],
    ['changed', changed],
  ] as const;
  const told = parts.filter(([, names]) => names.length > 0).map(([what, names]) => `${names.length} ${what}`);
  const later = needsRestart === undefined ? '' : `; ${needsRestart.join(', ')} will change at the next start`;
  return `reloaded ${file}: ${told.length === 0 ? 'no timer changed' : told.join(', ')}${later}`;
}
