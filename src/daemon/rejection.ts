import type { Diagnostic } from '../config/index.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Instant } from '../domain/time.js';
import { withHostsAlone } from '../domain/web-request.js';

/** Returns the events that report a timer file with errors. Such a file changes nothing. */
export const rejectionOf = (
  { file, problems }: { readonly file: string; readonly problems: readonly Diagnostic[] },
  at: Instant,
): readonly TimerEvent[] => [
  { event: 'config.rejected', at, file, problems: inWords(problems) },
  ...problems.flatMap(({ message: error, stack }): readonly TimerEvent[] =>
    stack === undefined ? [] : [{ event: 'internal.error', at, doing: `reading ${file}`, error, stack }],
  ),
];

/**
 * Describes problems on one line each, errors first. A log has more readers than the file, so addresses are reduced to
 * their hosts.
 */
const inWords = (problems: readonly Diagnostic[]): readonly string[] =>
  [...problems]
    .sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
    .map(({ line, column, message }) => `${line}:${column} ${withHostsAlone(message)}`);
