import type { ScheduleKind } from './kind.js';
export const cron: ScheduleKind = {
  key: 'cron',
  summary: '',
  examples: [],
  parse() {
    throw new RangeError('cron: not yet');
  },
};
