import type { Duration } from '../../../domain/time.js';

/** Formats a time of day without seconds: `03:00`. */
export const clockMinute = (timeOfDay: Duration): string => new Date(timeOfDay).toISOString().slice(11, 16);
