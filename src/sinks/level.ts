/** The values of `--log-level`, from most to least output. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type Level = (typeof LOG_LEVELS)[number];

/** Returns whether a log at `logLevel` shows events of `level`. */
export const isShown = (level: Level, logLevel: Level): boolean =>
  LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(logLevel);
