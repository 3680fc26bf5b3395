import type { Loaded } from '../../../config/index.js';

/** Returns what `validate --json` prints. */
export const toReport = ({ path, problems, timerCount }: Loaded, valid: boolean) => ({
  file: path ?? null,
  valid,
  timers: timerCount,
  problems: problems.map(({ severity, code, message, hint, line, column, path: at, stack }) => ({
    severity,
    code,
    message,
    hint: hint ?? null,
    line,
    column,
    path: at,
    ...(stack !== undefined && { stack }),
  })),
});
