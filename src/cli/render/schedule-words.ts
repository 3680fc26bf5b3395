import cronstrue from 'cronstrue';
import type { Job } from '../../domain/job.js';

/** Says a job's schedule in words: `every 10s`, `At 03:00`, `once, 30s after the start`. An expression without words stays as it is. */
export function scheduleInWords({ written: { key, text } }: Pick<Job, 'written'>): string {
  switch (key) {
    case 'cron':
      return text.split(' | ').map(cronInWords).join('; ');
    case 'every':
      return `every ${text}`;
    case 'in':
      return `once, ${text} after the start`;
    case 'at':
      return `once, at ${text}`;
    default:
      return `${key} ${text}`;
  }
}

function cronInWords(expression: string): string {
  try {
    return cronstrue.toString(expression, { use24HourTimeFormat: true, throwExceptionOnParseError: true });
  } catch {
    return expression;
  }
}
