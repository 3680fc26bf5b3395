import type { Job } from '../domain/job.js';
import { expressionInWords } from './cron/headline.js';

/** Says a job's schedule in words: `every 10s`, `At 03:00`, `once, 30s after the start`. The name is the seed of `H`. */
export function scheduleInWords({ written: { key, text }, name }: Pick<Job, 'written' | 'name'>): string {
  switch (key) {
    case 'cron':
      return text
        .split(' | ')
        .map((expression) => expressionInWords(expression, name))
        .join('; ');
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
