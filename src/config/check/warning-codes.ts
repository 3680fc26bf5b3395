import { SCHEDULE_WARNINGS } from '../../schedules/kind.js';

/** The warnings about a timer that its `ignore` can suppress. The codes are stable. */
export const WARNINGS = [
  ...SCHEDULE_WARNINGS,
  'crontab-percent',
  'herd',
  'missing-cwd',
  'missing-output-folder',
  'missing-setpriv',
  'needs-state',
  'never-fires',
  'no-attempts',
  'reserved-env',
  'retries-over-interval',
  'sentry-schedule',
  'shared-monitor',
  'timeout-over-interval',
  'undeclared-group',
  'unwritable-output-file',
] as const;

export type WarningCode = (typeof WARNINGS)[number];
