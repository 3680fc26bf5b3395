/** What `--log-level` takes, from most to least. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

/** Whether a log of one level shows events of the other. */
export const isShown = (level: Level, logLevel: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(logLevel);
