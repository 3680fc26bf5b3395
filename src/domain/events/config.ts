import type { Instant } from '../time.js';
import type { EventEntries } from './entry.js';

/** The timer file was read again and is in use. */
export interface ConfigReloaded {
  readonly event: 'config.reloaded';
  readonly at: Instant;
  readonly file: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Keys of the whole file that differ, and take effect at the next start; absent if there are none. */
  readonly needsRestart?: readonly string[];
}

/** The timer file was read again and has mistakes. Nothing changed. */
export interface ConfigRejected {
  readonly event: 'config.rejected';
  readonly at: Instant;
  readonly file: string;
  /** `line:column message`, the errors first. */
  readonly problems: readonly string[];
}

export type ConfigEvent = ConfigReloaded | ConfigRejected;

const example = { at: Date.parse('2026-11-23T09:12:44.31Z'), file: '/etc/timers/timers.yaml' } as const;

export const configEvents: EventEntries<ConfigEvent> = {
  'config.reloaded': {
    summary: 'The scheduler read the timer file again and uses it.',
    level: 'info',
    fields: {
      file: { type: 'string', summary: 'The timer file.' },
      added: { type: 'strings', summary: 'The names of new timers.' },
      removed: { type: 'strings', summary: 'The names of removed timers.' },
      changed: { type: 'strings', summary: 'The names of changed timers.' },
      needs_restart: {
        type: 'strings',
        optional: true,
        summary: 'Changed keys of the file that take effect at the next start.',
      },
    },
    toFields: ({ file, added, removed, changed, needsRestart }) => ({
      file,
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
    summary: 'The scheduler read the timer file again and found mistakes. It keeps the timers it has.',
    level: 'error',
    fields: {
      file: { type: 'string', summary: 'The timer file.' },
      problems: { type: 'strings', summary: 'Each problem as `line:column message`, errors first.' },
    },
    toFields: ({ file, problems }) => ({ file, problems }),
    sentence: describeRejection,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'config.rejected', ...example, problems: ['3:5 Unknown key "timout".'] },
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
